/**
 * Contracts that one criterion alone kept out, and nearly let in: what a person would have seen, had that criterion
 * been a little looser, and by how much.
 */
import { annualizedReturn, spreadPercent } from './metrics.ts'
import type { NearMiss, OptionQuote, RejectionReason, ScanCriteria } from './model.ts'

/** A criterion is "a little" looser when it is moved by no more than this share of itself. */
const A_LITTLE = 0.25
/** Or, for days to expiration, by no more than a week. */
const A_FEW_DAYS = 7
/** How many are worth telling per ticker. */
export const NEAR_MISSES = 3

/** A criterion moved so far that a contract passes it, and how far that is, 0 to 1. */
interface Loosened {
  criteria: ScanCriteria
  limit: number
  value: number
  distance: number
}

/**
 * @param reason why the contract was rejected
 * @param passes whether a contract meets other criteria than today's
 * @returns null when more than a little, or more than one criterion, stands in the way
 */
export function nearMissOf(
  quote: OptionQuote,
  days: number,
  reason: RejectionReason,
  criteria: ScanCriteria,
  passes: (loosened: ScanCriteria) => boolean,
): NearMiss | null {
  const loosened = loosen(quote, days, reason, criteria)
  if (loosened === null || loosened.distance > 1 || !passes(loosened.criteria)) return null
  const { occSymbol, expiration, strike } = quote
  const { limit, value, distance } = loosened
  return { occSymbol, expiration, strike, reason, limit, value, distance }
}

/** Nearest first; at most `NEAR_MISSES`. */
export function nearest(misses: NearMiss[]): NearMiss[] {
  return misses.toSorted((a, b) => a.distance - b.distance).slice(0, NEAR_MISSES)
}

function loosen(
  quote: OptionQuote,
  days: number,
  reason: RejectionReason,
  criteria: ScanCriteria,
): Loosened | null {
  const { bid, ask, delta, strike } = quote
  const share = (limit: number, value: number) =>
    limit === 0 ? Infinity : Math.abs(value - limit) / (A_LITTLE * limit)
  if (reason === 'RETURN_TOO_LOW' && bid !== null) {
    const value = annualizedReturn(bid, strike, days)
    const limit = criteria.minAnnualizedReturn
    return {
      criteria: { ...criteria, minAnnualizedReturn: value },
      limit,
      value,
      distance: share(limit, value),
    }
  }
  if (reason === 'DELTA_TOO_HIGH' && delta !== null) {
    const value = Math.abs(delta)
    const limit = criteria.maxAbsDelta
    return { criteria: { ...criteria, maxAbsDelta: value }, limit, value, distance: share(limit, value) }
  }
  if (reason === 'SPREAD_TOO_WIDE' && criteria.maxSpreadPercent !== null) {
    const value = spreadPercent(bid, ask)
    const limit = criteria.maxSpreadPercent
    if (value === null) return null
    return { criteria: { ...criteria, maxSpreadPercent: value }, limit, value, distance: share(limit, value) }
  }
  if (reason === 'OPEN_INTEREST_TOO_LOW' && quote.openInterest !== null) {
    const value = quote.openInterest
    const limit = criteria.minOpenInterest
    return { criteria: { ...criteria, minOpenInterest: value }, limit, value, distance: share(limit, value) }
  }
  if (reason === 'EXPIRATION_OUT_OF_RANGE' && days >= 0) {
    const tooSoon = days < criteria.minDaysToExpiration
    const limit = tooSoon ? criteria.minDaysToExpiration : criteria.maxDaysToExpiration
    const bound = tooSoon ? { minDaysToExpiration: days } : { maxDaysToExpiration: days }
    return {
      criteria: { ...criteria, ...bound },
      limit,
      value: days,
      distance: Math.abs(days - limit) / A_FEW_DAYS,
    }
  }
  return null
}
