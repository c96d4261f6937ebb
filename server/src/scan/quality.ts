/** How far to trust a row: what is wrong with its quote or its greeks, and a grade that sums it up. */
import type { ModelGreeks, ModelMarket } from './chain-model.ts'
import type { Greeks } from './greeks.ts'
import { midPrice, spreadPercent } from './metrics.ts'
import {
  qualityIssues,
  type OptionQuote,
  type Quality,
  type QualityGrade,
  type QualityIssue,
} from './model.ts'

/** A sentence for a person. */
export const qualityIssueTexts: Record<QualityIssue, string> = {
  QUOTE_IN_FUTURE: 'The quote is dated after the market clock.',
  STALE_QUOTE: 'The quote is older than it should be, counted in trading time.',
  CROSSED: 'The bid is above the ask.',
  NO_ASK: 'Nobody offers the contract for sale.',
  ZERO_BID: 'Nobody bids for the contract.',
  OUTSIDE_ARBITRAGE_BOUNDS:
    'The middle of bid and ask is below what exercising gives, or above what the option can ever pay.',
  UNSOLVED_VOLATILITY: 'No volatility explains the quote, so there are no probabilities.',
  DELTA_DISAGREES: 'The provider’s delta and ours are more than 0.05 apart.',
  QUOTE_TIME_UNKNOWN: 'The provider does not say when the quote was made.',
  WIDE_SPREAD: 'The spread between bid and ask is more than a quarter of their middle.',
  MODEL_GREEKS: 'The provider gives no delta; this one is ours.',
  NO_OPEN_INTEREST: 'Nobody holds the contract.',
}

/** Reasons for care with a number that is right as far as it goes; the others put the number itself in doubt. */
const mild: ReadonlySet<QualityIssue> = new Set([
  'QUOTE_TIME_UNKNOWN',
  'WIDE_SPREAD',
  'MODEL_GREEKS',
  'NO_OPEN_INTEREST',
])

export interface QualityContext {
  /**
   * Minutes of trading between the quote and the market clock, so that Friday's close is fresh on Sunday; negative
   * when the quote is dated after the clock; null when the provider does not date it.
   */
  quoteAgeMinutes: number | null
  /** Minutes by which the provider is always late; null for simulated quotes. */
  delayMinutes: number | null
  /** The row's greeks as they are shown, whoever they are from. */
  greeks: Greeks
  /** Our own, to hold against the provider's; null when unsolved, or not asked for. */
  modelGreeks: ModelGreeks | null
  market: Pick<ModelMarket, 'underlyingPrice'>
}

const STALE_AFTER_MINUTES = 15
/** Clocks differ a little. */
const FUTURE_TOLERANCE_MINUTES = 1
const WIDE_SPREAD_PERCENT = 25
const DELTA_TOLERANCE = 0.05
/** Prices are told in cents: a middle that is half a cent over the edge is at the edge. */
const HALF_A_CENT = 0.005

export function qualityOf(quote: OptionQuote, context: QualityContext): Quality {
  const issues = qualityIssues.filter((issue) => holds[issue](quote, context))
  return { grade: gradeOf(issues), issues }
}

/**
 * A ticker's grade is the best one that three quarters of its rows reach, so that neither a stray row nor a good
 * one speaks for all. Null without rows.
 */
export function tickerQuality(grades: readonly QualityGrade[]): QualityGrade | null {
  const sorted = grades.toSorted()
  return sorted[Math.ceil(sorted.length * 0.75) - 1] ?? null
}

function gradeOf(issues: readonly QualityIssue[]): QualityGrade {
  if (issues.length === 0) return 'A'
  const serious = issues.filter((issue) => !mild.has(issue)).length
  return serious === 0 ? 'B' : serious === 1 ? 'C' : 'D'
}

type Test = (quote: OptionQuote, context: QualityContext) => boolean

const holds: Record<QualityIssue, Test> = {
  QUOTE_IN_FUTURE: (_, { quoteAgeMinutes: age }) => age !== null && age < -FUTURE_TOLERANCE_MINUTES,
  STALE_QUOTE: (_, { quoteAgeMinutes: age, delayMinutes: delay }) =>
    age !== null && age > (delay ?? 0) + STALE_AFTER_MINUTES,
  CROSSED: ({ bid, ask }) => bid !== null && isOffered(ask) && bid > ask,
  NO_ASK: ({ ask }) => !isOffered(ask),
  ZERO_BID: ({ bid }) => bid === null || bid === 0,
  OUTSIDE_ARBITRAGE_BOUNDS: ({ side, strike, bid, ask }, { market: { underlyingPrice } }) => {
    const mid = midPrice(bid, ask)
    if (mid === null) return false
    const exercised = side === 'PUT' ? strike - underlyingPrice : underlyingPrice - strike
    const most = side === 'PUT' ? strike : underlyingPrice
    return mid < exercised - HALF_A_CENT || mid > most + HALF_A_CENT
  },
  UNSOLVED_VOLATILITY: (_, { greeks }) => greeks.impliedVolatility === null,
  DELTA_DISAGREES: (_, { greeks, modelGreeks }) =>
    greeks.greeksSource === 'VENDOR' &&
    greeks.delta !== null &&
    modelGreeks !== null &&
    Math.abs(greeks.delta - modelGreeks.delta) > DELTA_TOLERANCE,
  QUOTE_TIME_UNKNOWN: (_, { quoteAgeMinutes }) => quoteAgeMinutes === null,
  WIDE_SPREAD: ({ bid, ask }) => (spreadPercent(bid, ask) ?? 0) > WIDE_SPREAD_PERCENT,
  MODEL_GREEKS: (_, { greeks }) => greeks.greeksSource === 'MODEL',
  NO_OPEN_INTEREST: ({ openInterest }) => openInterest === 0,
}

function isOffered(ask: number | null): ask is number {
  return ask !== null && ask > 0
}
