import { expect, it } from 'vitest'
import { discountTier, undervalued } from '../../web/src/scan/discount.ts'

it.each([
  [45, 'Deep'],
  [30, 'Deep'],
  [29.999, 'Large'],
  [20, 'Large'],
  [10, 'Moderate'],
  [0.01, 'Slight'],
  [0, undefined],
  [-5, undefined],
])('%d %% below the value is %s', (discount, word) => {
  expect(discountTier(discount)?.word).toBe(word)
})

it('lists stocks below their value, the cheapest first; one without a value is not among them', () => {
  const stocks = [
    { symbol: 'A', discountPercent: 5 },
    { symbol: 'B', discountPercent: null },
    { symbol: 'C', discountPercent: 35 },
    { symbol: 'D', discountPercent: -1 },
    { symbol: 'E', discountPercent: 35 },
  ]
  expect(undervalued(stocks).map(({ stock }) => stock.symbol)).toEqual(['C', 'E', 'A'])
})
