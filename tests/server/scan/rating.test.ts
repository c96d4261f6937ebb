import { expect, test } from 'vitest'
import { discountPercent, intrinsicValueOf, ratingOf, tickerRating } from '../../../server/src/scan/rating.ts'
import { stock } from '../../support/fakes.ts'

const value = (usd: number) => ({ value: usd, source: 'USER' as const })

test.each([
  [99.99, 100, 'GOOD'],
  [100, 100, 'GOOD'],
  [100.01, 100, 'HIGH'],
  [100, null, 'UNKNOWN'],
] as const)('a strike of %d at a value of %s is %s', (strike, intrinsicValue, rating) => {
  expect(ratingOf(strike, intrinsicValue)).toBe(rating)
})

test.each([
  [[90, 110], 100, 'GOOD'],
  [[110, 120], 100, 'HIGH'],
  [[90, 110], null, 'UNKNOWN'],
] as const)('a ticker with strikes %j at a value of %s is %s', (strikes, intrinsicValue, rating) => {
  expect(tickerRating([...strikes], intrinsicValue)).toBe(rating)
})

test('the preferred model’s value counts, and the other one does not stand in for it', () => {
  expect(intrinsicValueOf(stock('A', { intrinsicValueEps: value(10), intrinsicValueFcf: value(20) }))).toBe(
    10,
  )
  expect(
    intrinsicValueOf(
      stock('A', { intrinsicValueEps: value(10), intrinsicValueFcf: value(20), preferredModel: 'FCF' }),
    ),
  ).toBe(20)
  expect(intrinsicValueOf(stock('A', { intrinsicValueEps: value(10), preferredModel: 'FCF' }))).toBeNull()
})

test('the discount is a share of the value, negative when overvalued, unknown without either figure', () => {
  expect(discountPercent(stock('A', { intrinsicValueEps: value(200), price: 150 }))).toBe(25)
  expect(discountPercent(stock('A', { intrinsicValueEps: value(100), price: 150 }))).toBe(-50)
  expect(discountPercent(stock('A', { price: 150 }))).toBeNull()
  expect(discountPercent(stock('A', { intrinsicValueEps: value(100) }))).toBeNull()
})
