/** The volatility at which an American option is worth what the market pays for it. */
import { valueAmerican } from './american.ts'
import type { OptionSide } from './model.ts'
import { priceOption } from './pricing.ts'

/** Units of `pricing.ts`. */
export interface PricedOption {
  side: OptionSide
  spot: number
  strike: number
  years: number
  rate: number
  /** USD per share. */
  price: number
  /** Default 0. */
  dividendYield?: number
}

/** A thousand percent: beyond it there are misprints, and contracts with minutes to live. */
const MAX_VOLATILITY = 10
/** A tenth of a percent: below it the price says nothing about volatility. */
const MIN_VOLATILITY = 0.001
/** Of the answer; that of the price is the American model's. */
const TOLERANCE = 1e-7
const MAX_STEPS = 80

/**
 * Fraction a year, from 0.001 to 10, to 1e-6. Null when no volatility in that range gives the price: it is not a
 * number, not above what exercising now (or at expiration, for certain) gives, or too high; and when the option has
 * expired. Never throws.
 */
export function solveImpliedVolatility(option: PricedOption): number | null {
  const { price, ...terms } = { dividendYield: 0, ...option }
  const { side, spot, strike, years } = terms
  if (!Object.values(terms).every((term) => typeof term === 'string' || Number.isFinite(term))) return null
  if (!(Number.isFinite(price) && price > 0 && spot > 0 && strike > 0 && years > 0)) return null
  if (price <= (side === 'PUT' ? strike - spot : spot - strike)) return null

  const european = (volatility: number) => priceOption({ ...terms, volatility }) - price
  const american = (volatility: number) => valueAmerican({ ...terms, volatility }).price - price
  // The right to exercise early is worth something, so the American volatility is at most the European one, and most
  // often close to it: a cheap search first, then two or three steps of the dear one, with the cheap one's slope.
  const start = guess(option)
  const atMost =
    european(MAX_VOLATILITY) > 0
      ? root(european, MAX_VOLATILITY, start, european(start), slopeOf(european, start))
      : MAX_VOLATILITY
  const excess = american(atMost)
  if (excess < 0 && atMost === MAX_VOLATILITY) return null
  const volatility = excess <= 0 ? atMost : root(american, atMost, atMost, excess, slopeOf(european, atMost))
  return volatility >= MIN_VOLATILITY ? volatility : null
}

/** Where the price of a European option is steepest in volatility: from there, Newton's steps never go astray. */
function guess({ spot, strike, years, rate, dividendYield = 0, price }: PricedOption): number {
  const moneyness = Math.abs(Math.log(spot / strike) + (rate - dividendYield) * years)
  const nearTheMoney = (price / spot) * Math.sqrt((2 * Math.PI) / years)
  const steepest = Math.sqrt((2 * moneyness) / years)
  return Math.min(MAX_VOLATILITY / 2, Math.max(steepest, nearTheMoney, 0.01))
}

function slopeOf(f: (x: number) => number, x: number): number {
  const step = x * 1e-4
  return (f(x + step) - f(x - step)) / (2 * step)
}

/**
 * Where an increasing function passes through 0, between 0 and `high`: from a place with its value and about its
 * slope, by secants that are kept in the bracket, and after a dozen of them by halvings in turn, which always arrive.
 */
function root(f: (x: number) => number, high: number, x: number, value: number, slope: number): number {
  let [low, top] = [0, high]
  for (let step = 1; step <= MAX_STEPS; step += 1) {
    if (value > 0) top = x
    else low = x
    const newton = x - value / slope
    const halve = !(newton > low && newton < top) || (step > 12 && step % 2 === 0)
    const next = halve ? (low + top) / 2 : newton
    if (Math.abs(next - x) < TOLERANCE) return next
    const nextValue = f(next)
    slope = (nextValue - value) / (next - x)
    ;[x, value] = [next, nextValue]
  }
  return x
}
