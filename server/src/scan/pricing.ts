/**
 * European Black-Scholes-Merton. Prices are USD per share; times are years of 365 days; volatility, rates and yields
 * are fractions a year; rates and yields are continuous. At expiration, or without volatility, the limits hold: the
 * outcome is certain.
 */
import type { OptionSide } from './model.ts'
import { normalCdf } from './normal.ts'

export { normalCdf }

export interface MarketTerms {
  spot: number
  /** To expiration, at least 0. */
  years: number
  volatility: number
  rate: number
  /** Default 0. */
  dividendYield?: number
}

export interface OptionTerms extends MarketTerms {
  side: OptionSide
  strike: number
}

/** USD per share, at least 0. */
export function priceOption(terms: OptionTerms): number {
  const { side, spot, strike, years, rate, dividendYield = 0 } = terms
  const sign = side === 'CALL' ? 1 : -1
  const { d1, d2 } = distances(terms, strike)
  const stock = spot * Math.exp(-dividendYield * years) * normalCdf(sign * d1)
  const cash = strike * Math.exp(-rate * years) * normalCdf(sign * d2)
  // Far out of the money the two halves are equal up to rounding, which must not make a price of less than nothing.
  return Math.max(0, sign * (stock - cash))
}

/** Change of the price per USD of the underlying: 0 to 1 for a call, −1 to 0 for a put. */
export function deltaOf(terms: OptionTerms): number {
  const { side, strike, years, dividendYield = 0 } = terms
  const { d1 } = distances(terms, strike)
  const discount = Math.exp(-dividendYield * years)
  // Not −N(−d1) alone: a negated zero is still a zero to look at, but not to compare.
  return side === 'CALL' ? discount * normalCdf(d1) : 0 - discount * normalCdf(-d1)
}

export interface LevelTerms extends MarketTerms {
  /** Price of the underlying, USD. */
  level: number
}

/** Risk-neutral probability, 0 to 1, that the underlying ends above the level: N(d2). Certain for a level ≤ 0. */
export function probabilityAbove(terms: LevelTerms): number {
  return normalCdf(distances(terms, terms.level).d2)
}

/** The rest of `probabilityAbove`, without its loss of digits when that is nearly 1. */
export function probabilityBelow(terms: LevelTerms): number {
  return normalCdf(-distances(terms, terms.level).d2)
}

/** How far the level lies below the forward price, in standard deviations. */
function distances(market: MarketTerms, level: number): { d1: number; d2: number } {
  const { spot, years, volatility, rate, dividendYield = 0 } = market
  if (level <= 0) return { d1: Infinity, d2: Infinity }
  const drift = Math.log(spot / level) + (rate - dividendYield) * years
  const deviation = volatility * Math.sqrt(years)
  if (deviation === 0) {
    // Exactly at the level, halfway: what d1 and d2 tend to.
    const certain = drift === 0 ? 0 : drift * Infinity
    return { d1: certain, d2: certain }
  }
  return { d1: drift / deviation + deviation / 2, d2: drift / deviation - deviation / 2 }
}
