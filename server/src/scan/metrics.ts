/** What a contract's numbers mean. Pure; inputs and outputs in the units of `model.ts`. */
import type { OptionSide } from './model.ts'
import { probabilityAbove } from './pricing.ts'

export const CONTRACT_SHARES = 100
const DAYS_A_YEAR = 365

/** Percent a year on the strike, simple interest, calendar days; less than a day counts as one. */
export function annualizedReturn(premium: number, strike: number, days: number): number {
  return (premium / strike) * (DAYS_A_YEAR / Math.max(days, 1)) * 100
}

/** Percent a year on the cash that is left to find after the premium: another quantity than `annualizedReturn`. */
export function returnOnNetCash(premium: number, strike: number, days: number): number {
  return annualizedReturn(premium, strike - premium, days)
}

/** Percent of the underlying's price (never of the strike); positive is out of the money. */
export function otmPercent(side: OptionSide, underlyingPrice: number, strike: number): number {
  const distance = side === 'PUT' ? underlyingPrice - strike : strike - underlyingPrice
  return (distance / underlyingPrice) * 100
}

/** Price of the underlying at which the seller neither gains nor loses. A covered call's cost is today's price. */
export function breakEven(
  side: OptionSide,
  underlyingPrice: number,
  strike: number,
  premium: number,
): number {
  return (side === 'PUT' ? strike : underlyingPrice) - premium
}

/** Null when a side is missing, nobody bids, or the quote is crossed: there is no middle then. */
export function midPrice(bid: number | null, ask: number | null): number | null {
  if (bid === null || ask === null || bid <= 0 || ask < bid) return null
  return (bid + ask) / 2
}

/** Bid–ask spread in percent of the mid; null as `midPrice` is. */
export function spreadPercent(bid: number | null, ask: number | null): number | null {
  const mid = midPrice(bid, ask)
  return mid === null || bid === null || ask === null ? null : ((ask - bid) / mid) * 100
}

/** One standard deviation of the price over that many days, USD. */
export function expectedMove(underlyingPrice: number, impliedVolatility: number, days: number): number {
  return underlyingPrice * impliedVolatility * Math.sqrt(days / DAYS_A_YEAR)
}

export interface ProbabilityInputs {
  side: OptionSide
  underlyingPrice: number
  strike: number
  /** What the seller gets, per share. */
  premium: number
  days: number
  impliedVolatility: number
  /** Fraction a year. */
  riskFreeRate: number
}

/** Risk-neutral probabilities at expiration, as fractions: out of the money, and in profit (past break-even). */
export function probabilities(inputs: ProbabilityInputs): { otm: number; profit: number } {
  const { side, underlyingPrice, strike, premium, days, impliedVolatility, riskFreeRate } = inputs
  const above = (level: number) =>
    probabilityAbove({
      spot: underlyingPrice,
      level,
      years: Math.max(days, 1) / DAYS_A_YEAR,
      volatility: impliedVolatility,
      rate: riskFreeRate,
    })
  if (side === 'PUT') return { otm: above(strike), profit: above(strike - premium) }
  return { otm: 1 - above(strike), profit: above(underlyingPrice - premium) }
}
