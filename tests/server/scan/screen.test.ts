import { describe, expect, test } from 'vitest'
import { readCboeChain } from '../../../server/src/market/cboe.ts'
import type { OptionQuote, RejectionReason, ScanCriteria } from '../../../server/src/scan/model.ts'
import { isKnownDelta } from '../../../server/src/scan/greeks.ts'
import { isAdjusted, rejectionOf, screenChain } from '../../../server/src/scan/screen.ts'
import { wheelCases, wheelPayload } from '../../support/cboe-chain.ts'
import { defaultCriteria, plainScreening, quote } from '../../support/fakes.ts'

const context = (fields: Partial<ScanCriteria> = {}) => ({
  criteria: { ...defaultCriteria, ...fields },
  ...plainScreening,
})

describe('a contract is kept, or rejected for the first reason that holds', () => {
  const nan = Number.NaN
  test.each<[string, Partial<OptionQuote>, number, Partial<ScanCriteria>, RejectionReason | null]>([
    ['meets everything', {}, 14, {}, null],
    ['returns exactly the minimum', { strike: 73, bid: 0.06 }, 1, { minAnnualizedReturn: 30 }, null],
    ['returns a hair less', { strike: 73, bid: 0.059999 }, 1, {}, 'RETURN_TOO_LOW'],
    ['has exactly the largest delta', { delta: -0.2 }, 14, {}, null],
    ['has a delta a hair larger, which rounds to the limit', { delta: -0.20001 }, 14, {}, 'DELTA_TOO_HIGH'],
    ['expires on the last day', { bid: 3 }, 28, {}, null],
    ['expires a day later', { bid: 3 }, 29, {}, 'EXPIRATION_OUT_OF_RANGE'],
    ['expires tomorrow', {}, 1, {}, null],
    ['expires today', {}, 0, {}, 'EXPIRATION_OUT_OF_RANGE'],
    [
      'has expired, with criteria that would take any day',
      {},
      -1,
      { minDaysToExpiration: 0 },
      'EXPIRATION_OUT_OF_RANGE',
    ],
    ['expires today, when that is wanted', {}, 0, { minDaysToExpiration: 0 }, null],
    ['is at the money', { strike: 100 }, 14, {}, 'IN_THE_MONEY'],
    ['is in the money', { strike: 101 }, 14, {}, 'IN_THE_MONEY'],
    ['has no bid', { bid: null }, 14, {}, 'NO_BID'],
    ['has a bid of zero', { bid: 0 }, 14, {}, 'NO_BID'],
    ['has no delta', { delta: null }, 14, {}, 'DELTA_UNKNOWN'],
    ['has a delta of −999', { delta: -999 }, 14, {}, 'DELTA_UNKNOWN'],
    ['has a delta that is not a number', { delta: nan }, 14, {}, 'DELTA_UNKNOWN'],
    [
      'has a delta of 0 beside an unsolved volatility',
      { delta: 0, impliedVolatility: 0 },
      14,
      {},
      'DELTA_UNKNOWN',
    ],
    ['has a delta that rounds to 0 beside a volatility', { delta: 0 }, 14, {}, null],
    ['has a call’s delta on a put', { delta: 0.1 }, 14, {}, 'DELTA_UNKNOWN'],
    ['has an adjusted root', { root: 'XYZ1' }, 14, {}, 'NON_STANDARD'],
    ['has a negative bid', { bid: -1 }, 14, {}, 'BAD_ROW'],
    ['has an ask that is not a number', { ask: nan }, 14, {}, 'BAD_ROW'],
    ['has a strike of zero', { strike: 0 }, 14, {}, 'BAD_ROW'],
    ['has the widest spread allowed', { bid: 1, ask: 1.5 }, 7, { maxSpreadPercent: 40 }, null],
    ['has a spread a little wider', { bid: 1, ask: 1.51 }, 7, { maxSpreadPercent: 40 }, 'SPREAD_TOO_WIDE'],
    [
      'has a crossed quote, where the spread matters',
      { bid: 1.5, ask: 1.4 },
      14,
      { maxSpreadPercent: 40 },
      'SPREAD_TOO_WIDE',
    ],
    ['has a crossed quote, where it does not', { bid: 1.5, ask: 1.4 }, 14, {}, null],
    ['has the open interest asked for', { openInterest: 100 }, 14, { minOpenInterest: 100 }, null],
    ['has less', { openInterest: 99 }, 14, { minOpenInterest: 100 }, 'OPEN_INTEREST_TOO_LOW'],
    [
      'has an unknown open interest',
      { openInterest: null },
      14,
      { minOpenInterest: 1 },
      'OPEN_INTEREST_TOO_LOW',
    ],
  ])('%s', (_case, fields, days, wanted, reason) => {
    expect(rejectionOf(quote(fields), days, context(wanted))).toBe(reason)
  })
})

test('a call is judged by its own side', () => {
  const call = quote({ side: 'CALL', strike: 110, delta: 0.15 })
  expect(rejectionOf(call, 14, context({ side: 'CALL' }))).toBeNull()
  expect(rejectionOf({ ...call, delta: -0.15 }, 14, context({ side: 'CALL' }))).toBe('DELTA_UNKNOWN')
  expect(screenChain({ quotes: [call], badRows: 0 }, context())).toEqual({
    kept: [],
    screened: 0,
    rejections: {},
    nearMisses: [],
  })
})

test.each([
  ['XYZ1', true],
  ['BRKB', false],
  ['SPXW', false],
])('the root %s is adjusted: %s', (root, adjusted) => {
  expect(isAdjusted(root)).toBe(adjusted)
})

test('a delta beside an unknown volatility is believed, unless it is zero', () => {
  expect(isKnownDelta(-0.1, { side: 'PUT', impliedVolatility: null })).toBe(true)
  expect(isKnownDelta(0, { side: 'PUT', impliedVolatility: null })).toBe(false)
})

test('a kept contract carries its metrics, and an unsolved volatility becomes unknown', () => {
  const { kept } = screenChain({ quotes: [quote({ impliedVolatility: 0 })], badRows: 0 }, context())
  expect(kept).toEqual([
    expect.objectContaining({
      daysToExpiration: 14,
      impliedVolatility: null,
      probabilityOtm: null,
      probabilityOfProfit: null,
      collateral: 9000,
      premium: 150,
      breakEven: 88.5,
      otmPercent: 10,
    }),
  ])
  expect(kept[0]?.annualizedReturn).toBeCloseTo((1.5 / 90) * (365 / 14) * 100, 10)
})

test('contracts come by expiration, then strike, and rows that could not be read are counted', () => {
  const quotes = [
    quote({ occSymbol: 'C', expiration: '2025-06-20', strike: 92 }),
    quote({ occSymbol: 'A', expiration: '2025-06-13', strike: 91 }),
    quote({ occSymbol: 'B', expiration: '2025-06-20', strike: 85 }),
    quote({ occSymbol: 'D', bid: 0 }),
  ]
  const { kept, screened, rejections } = screenChain({ quotes, badRows: 3 }, context())
  expect(kept.map(({ occSymbol }) => occSymbol)).toEqual(['A', 'B', 'C'])
  expect(screened).toBe(7)
  expect(rejections).toEqual({ BAD_ROW: 3, NO_BID: 1 })
})

test('a chain on the wire is screened row by row as each row’s description says', () => {
  const chain = readCboeChain('XYZ', wheelPayload('XYZ', '2025-06-06'))
  const cases = wheelCases('XYZ', '2025-06-06')
  const { kept, rejections } = screenChain(chain, {
    ...context(),
    underlyingPrice: chain.underlyingPrice ?? 0,
  })
  const expected: Record<string, number> = {}
  for (const { verdict } of cases)
    if (verdict !== null && verdict !== 'OTHER_SIDE') expected[verdict] = (expected[verdict] ?? 0) + 1
  expect(rejections).toEqual(expected)
  expect(kept).toHaveLength(cases.filter(({ verdict }) => verdict === null).length)
  expect(kept.length).toBeGreaterThan(0)
})
