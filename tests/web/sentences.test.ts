import { describe, expect, it } from 'vitest'
import { headline } from '../../web/src/scan/criteria.ts'
import { explainOutcome } from '../../web/src/scan/explain-outcome.ts'
import { criteria, outcome } from './rows.ts'

describe('the headline', () => {
  const base = {
    criteria,
    activeStocks: 26,
    scanned: true,
    tickers: 12,
    contracts: 83,
    scanInProgress: false,
  }

  it('counts stocks and contracts and names the criteria', () => {
    expect(headline(base)).toBe(
      '12 of 26 stocks have puts worth selling: 83 contracts at ≥ 30 % a year with |delta| ≤ 0.20.',
    )
  })

  it('knows one from many, and "so far"', () => {
    expect(headline({ ...base, tickers: 1, contracts: 1, scanInProgress: true })).toBe(
      '1 of 26 stocks has puts worth selling so far: 1 contract at ≥ 30 % a year with |delta| ≤ 0.20.',
    )
  })

  it('names a spread and an open interest that are asked for, and a limit of delta to its last digit', () => {
    const strict = { ...criteria, maxAbsDelta: 0.155, maxSpreadPercent: 12.5, minOpenInterest: 1_000 }
    expect(headline({ ...base, criteria: strict })).toMatch(
      / with \|delta\| ≤ 0\.155, spread ≤ 12\.5 %, open interest ≥ 1,000\.$/,
    )
  })

  it('says that nothing qualified, which is not the same as that nothing was scanned', () => {
    const nothing = { ...base, tickers: 0, contracts: 0 }
    expect(headline(nothing)).toBe(
      'None of 26 stocks has puts worth selling, at ≥ 30 % a year with |delta| ≤ 0.20.',
    )
    expect(headline({ ...nothing, scanned: false })).toBe(
      'Looks through 26 stocks for puts at ≥ 30 % a year with |delta| ≤ 0.20.',
    )
  })
})

describe('why a ticker has nothing', () => {
  it('names the two criteria that contracts came closest to passing', () => {
    const rejections = [
      { reason: 'IN_THE_MONEY' as const, count: 100 },
      { reason: 'RETURN_TOO_LOW' as const, count: 61 },
      { reason: 'DELTA_TOO_HIGH' as const, count: 40 },
    ]
    expect(explainOutcome(outcome('AAPL', { contractsScreened: 1_142, rejections }), criteria)).toBe(
      '1,142 contracts looked at; the closest reason: 61 puts returned less than 30 % a year, 40 had |delta| above 0.20.',
    )
  })

  it('knows one from many', () => {
    const rejections = [{ reason: 'IN_THE_MONEY' as const, count: 1 }]
    expect(explainOutcome(outcome('AAPL', { contractsScreened: 1, rejections }), criteria)).toBe(
      '1 contract looked at; the closest reason: 1 put was in the money.',
    )
  })

  it('says that a stock has no options at all', () => {
    expect(explainOutcome(outcome('AAPL', { contractsScreened: 0 }), criteria)).toBe(
      'No contracts are listed.',
    )
  })
})
