import { describe, expect, test } from 'vitest'
import type { OptionQuote, ScanCriteria } from '../../../server/src/scan/model.ts'
import { screenChain } from '../../../server/src/scan/screen.ts'
import { defaultCriteria, plainScreening, quote } from '../../support/fakes.ts'

const criteria: ScanCriteria = { ...defaultCriteria, maxSpreadPercent: 10, minOpenInterest: 100 }
const screen = (quotes: OptionQuote[]) => screenChain({ quotes, badRows: 0 }, { ...plainScreening, criteria })
// 90 in 14 days: 30 % a year is a bid of 1.0356.
const bidFor = (percent: number) => (percent / 100) * 90 * (14 / 365)

describe('a contract nearly kept', () => {
  test.each<[string, Partial<OptionQuote>, string, number, number]>([
    ['by its return', { bid: bidFor(27), ask: bidFor(27) + 0.02 }, 'RETURN_TOO_LOW', 30, 27],
    ['by its delta', { delta: -0.23 }, 'DELTA_TOO_HIGH', 0.2, 0.23],
    ['by its spread', { bid: 1.5, ask: 1.5 * (1.06 / 0.94) }, 'SPREAD_TOO_WIDE', 10, 12],
    ['by its open interest', { openInterest: 80 }, 'OPEN_INTEREST_TOO_LOW', 100, 80],
    ['by its days', { expiration: '2025-07-07', bid: 3, ask: 3.1 }, 'EXPIRATION_OUT_OF_RANGE', 28, 31],
  ])(
    '%s says which criterion, what it asks and what the contract has',
    (_case, fields, reason, limit, value) => {
      const { nearMisses, kept } = screen([quote(fields)])
      expect(kept).toEqual([])
      expect(nearMisses).toHaveLength(1)
      expect(nearMisses[0]).toMatchObject({ reason, limit, strike: 90 })
      expect(nearMisses[0]?.value).toBeCloseTo(value, 8)
      expect(nearMisses[0]?.distance).toBeGreaterThan(0)
      expect(nearMisses[0]?.distance).toBeLessThanOrEqual(1)
    },
  )

  test.each<[string, Partial<OptionQuote>]>([
    ['far from it', { bid: bidFor(15), ask: bidFor(15.2) }],
    ['with two criteria in the way', { delta: -0.23, openInterest: 80 }],
    ['with a delta that nobody knows', { delta: null }],
    ['without a bid', { bid: 0 }],
    ['in the money', { strike: 101 }],
    ['with an adjusted root', { root: 'XYZ1' }],
    ['that has expired', { expiration: '2025-06-05' }],
  ])('is not one %s', (_case, fields) => {
    expect(screen([quote(fields)]).nearMisses).toEqual([])
  })

  test('is told with the nearest first, and no more than three', () => {
    const quotes = [0.24, 0.21, 0.23, 0.22, 0.205].map((delta, index) =>
      quote({ occSymbol: `P${index}`, delta: -delta }),
    )
    expect(screen(quotes).nearMisses.map(({ value }) => value)).toEqual([0.205, 0.21, 0.22])
  })
})
