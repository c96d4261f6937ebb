/** Implied volatility by time and strike: the front of the term structure, the skew, the wings. */

export interface SmileOptions {
  spot: number
  /** Left until expiration, above 0. */
  years: number
  /** At the money in 30 days, fraction a year. */
  volatility: number
  /** Volatility of the next hours as a share of that. */
  frontRatio: number
}

/** The volatilities of one expiration. */
export interface Smile {
  spot: number
  years: number
  /** Implied volatility at a strike, fraction a year. */
  at(strike: number): number
  /** How far a strike lies above the spot, in standard deviations of the time left. */
  distance(strike: number): number
}

const DAYS_A_YEAR = 365
/** Most of the way from the front to the 30-day level is covered in this many days. */
const FRONT_DAYS = 8
/** Far away, every stock is expected to be a little more like all others. */
const LONG_RUN = 0.35
const LONG_RUN_DAYS = 900
const SKEW = 0.045
const CURVATURE = 0.012
/** In standard deviations: beyond them the smile is level. */
const WINGS = 4

export function createSmile({ spot, years, volatility, frontRatio }: SmileOptions): Smile {
  const days = years * DAYS_A_YEAR
  const front = frontRatio + (1 - frontRatio) * (1 - Math.exp(-days / FRONT_DAYS))
  const back = LONG_RUN + (volatility - LONG_RUN) * Math.exp(-Math.max(0, days - 30) / LONG_RUN_DAYS)
  const atTheMoney = front * back
  const deviation = atTheMoney * Math.sqrt(years)
  const distance = (strike: number) => Math.log(strike / spot) / deviation

  return {
    spot,
    years,
    distance,
    at(strike) {
      const z = Math.min(WINGS, Math.max(-WINGS, distance(strike)))
      // Puts below the market are dearer than calls above it, and both wings rise.
      return atTheMoney * (1 - SKEW * z + CURVATURE * z * z)
    },
  }
}
