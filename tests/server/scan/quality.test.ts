import { describe, expect, it } from 'vitest'
import type { OptionQuote } from '../../../server/src/scan/model.ts'
import { qualityIssues, type QualityGrade, type QualityIssue } from '../../../server/src/scan/model.ts'
import {
  qualityIssueTexts,
  qualityOf,
  tickerQuality,
  type QualityContext,
} from '../../../server/src/scan/quality.ts'

const quote: OptionQuote = {
  occSymbol: 'XYZ250620P00095000',
  root: 'XYZ',
  side: 'PUT',
  expiration: '2025-06-20',
  strike: 95,
  bid: 1,
  ask: 1.1,
  delta: -0.2,
  impliedVolatility: 0.31,
  openInterest: 10,
  volume: 1,
  quotedAt: null,
}
const context: QualityContext = {
  quoteAgeMinutes: 15,
  delayMinutes: 15,
  greeks: { delta: -0.2, impliedVolatility: 0.31, greeksSource: 'VENDOR' },
  modelGreeks: { delta: -0.21, impliedVolatility: 0.32 },
  market: { underlyingPrice: 100 },
}
const { greeks } = context

type Case = [QualityIssue[], QualityGrade, Partial<OptionQuote>, Partial<QualityContext>]

describe('a row’s quality', () => {
  it.each<Case>([
    [[], 'A', {}, {}],
    [[], 'A', {}, { modelGreeks: null }],
    [[], 'A', {}, { quoteAgeMinutes: 30 }],
    [['STALE_QUOTE'], 'C', {}, { quoteAgeMinutes: 30.5 }],
    [[], 'A', {}, { quoteAgeMinutes: 15, delayMinutes: null }],
    [['STALE_QUOTE'], 'C', {}, { quoteAgeMinutes: 16, delayMinutes: 0 }],
    [[], 'A', {}, { quoteAgeMinutes: -0.5 }],
    [['QUOTE_IN_FUTURE'], 'C', {}, { quoteAgeMinutes: -2 }],
    [['QUOTE_TIME_UNKNOWN'], 'B', {}, { quoteAgeMinutes: null }],
    [['CROSSED'], 'C', { bid: 1.2 }, {}],
    [['NO_ASK'], 'C', { ask: null }, {}],
    [['NO_ASK'], 'C', { ask: 0 }, {}],
    [['ZERO_BID'], 'C', { bid: 0 }, {}],
    [['ZERO_BID'], 'C', { bid: null }, {}],
    [['NO_ASK', 'ZERO_BID'], 'D', { bid: 0, ask: 0 }, {}],
    [[], 'A', { bid: 1, ask: 1.285 }, {}],
    [['WIDE_SPREAD'], 'B', { bid: 1, ask: 1.29 }, {}],
    [['UNSOLVED_VOLATILITY'], 'C', {}, { greeks: { ...greeks, impliedVolatility: null } }],
    [['MODEL_GREEKS'], 'B', { delta: null }, { greeks: { ...greeks, greeksSource: 'MODEL' } }],
    [
      ['UNSOLVED_VOLATILITY'],
      'C',
      {},
      { greeks: { delta: null, impliedVolatility: null, greeksSource: 'NONE' }, modelGreeks: null },
    ],
    [[], 'A', {}, { modelGreeks: { delta: -0.249, impliedVolatility: 0.3 } }],
    [['DELTA_DISAGREES'], 'C', {}, { modelGreeks: { delta: -0.26, impliedVolatility: 0.4 } }],
    [['NO_OPEN_INTEREST'], 'B', { openInterest: 0 }, {}],
    [[], 'A', { openInterest: null }, {}],
    [['WIDE_SPREAD', 'NO_OPEN_INTEREST'], 'B', { ask: 2, openInterest: 0 }, {}],
    [['STALE_QUOTE', 'NO_OPEN_INTEREST'], 'C', { openInterest: 0 }, { quoteAgeMinutes: 90 }],
    [
      ['STALE_QUOTE', 'DELTA_DISAGREES'],
      'D',
      {},
      { quoteAgeMinutes: 90, modelGreeks: { delta: 0, impliedVolatility: 1 } },
    ],
    // In the money by 10: 10.00 is what exercising gives.
    [[], 'A', { strike: 110, bid: 9.95, ask: 10.05 }, {}],
    [['OUTSIDE_ARBITRAGE_BOUNDS'], 'C', { strike: 110, bid: 9.8, ask: 10 }, {}],
    [['OUTSIDE_ARBITRAGE_BOUNDS'], 'C', { strike: 95, bid: 95, ask: 97 }, {}],
    [[], 'A', { side: 'CALL', strike: 90, bid: 10, ask: 10.2 }, {}],
    [['OUTSIDE_ARBITRAGE_BOUNDS'], 'C', { side: 'CALL', strike: 90, bid: 9.7, ask: 10.1 }, {}],
    [['OUTSIDE_ARBITRAGE_BOUNDS'], 'C', { side: 'CALL', strike: 90, bid: 100, ask: 102 }, {}],
  ])('%j is %s: %j %j', (issues, grade, quoteChange, contextChange) => {
    expect(qualityOf({ ...quote, ...quoteChange }, { ...context, ...contextChange })).toEqual({
      grade,
      issues,
    })
  })

  it('has a sentence for each issue', () => {
    for (const issue of qualityIssues) expect(qualityIssueTexts[issue]).toMatch(/^[A-Z].+\.$/)
  })
})

describe('a ticker’s quality', () => {
  it.each<[string, QualityGrade | null]>([
    ['', null],
    ['A', 'A'],
    ['D', 'D'],
    ['AAAD', 'A'],
    ['DAAA', 'A'],
    ['AADD', 'D'],
    ['AAB', 'B'],
    ['ABBC', 'B'],
    ['ABCD', 'C'],
  ])('of rows %j is %s: what three quarters of them reach', (grades, expected) => {
    expect(tickerQuality(grades.split('').filter(Boolean) as QualityGrade[])).toBe(expected)
  })
})
