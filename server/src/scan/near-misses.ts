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

/** A criterion, and what it would have to be for a contract to meet it. */
interface Obstacle {
  criterion: keyof ScanCriteria
  limit: number
  value: number
  /** How far the criterion would have to move: 0 not at all, 1 a little. */
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
  const obstacle = obstacleOf(quote, days, reason, criteria)
  // Of thousands of contracts, a few dozen get further.
  if (obstacle === null || obstacle.distance > 1) return null
  const { criterion, limit, value, distance } = obstacle
  if (!passes({ ...criteria, [criterion]: value })) return null
  const { occSymbol, expiration, strike } = quote
  return { occSymbol, expiration, strike, reason, limit, value, distance }
}

/** Nearest first; at most `NEAR_MISSES`. */
export function nearest(misses: NearMiss[]): NearMiss[] {
  return misses.toSorted((a, b) => a.distance - b.distance).slice(0, NEAR_MISSES)
}

function obstacleOf(
  { bid, ask, delta, strike, openInterest }: OptionQuote,
  days: number,
  reason: RejectionReason,
  criteria: ScanCriteria,
): Obstacle | null {
  if (reason === 'RETURN_TOO_LOW' && bid !== null)
    return share('minAnnualizedReturn', criteria.minAnnualizedReturn, annualizedReturn(bid, strike, days))
  if (reason === 'DELTA_TOO_HIGH' && delta !== null)
    return share('maxAbsDelta', criteria.maxAbsDelta, Math.abs(delta))
  if (reason === 'SPREAD_TOO_WIDE' && criteria.maxSpreadPercent !== null) {
    const spread = spreadPercent(bid, ask)
    return spread === null ? null : share('maxSpreadPercent', criteria.maxSpreadPercent, spread)
  }
  if (reason === 'OPEN_INTEREST_TOO_LOW' && openInterest !== null)
    return share('minOpenInterest', criteria.minOpenInterest, openInterest)
  if (reason === 'EXPIRATION_OUT_OF_RANGE' && days >= 0) {
    const criterion = days < criteria.minDaysToExpiration ? 'minDaysToExpiration' : 'maxDaysToExpiration'
    const limit = criteria[criterion]
    return { criterion, limit, value: days, distance: Math.abs(days - limit) / A_FEW_DAYS }
  }
  return null
}

function share(criterion: keyof ScanCriteria, limit: number, value: number): Obstacle {
  const distance = limit === 0 ? Infinity : Math.abs(value - limit) / (A_LITTLE * limit)
  return { criterion, limit, value, distance }
}
