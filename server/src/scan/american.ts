/**
 * American options on a stock that pays its dividends continuously, priced as a European option plus what it is worth
 * to be allowed to exercise early. Terms and units are those of `pricing.ts`.
 *
 * For volatilities from 5 % to 300 %, rates up to 8 % and yields from −3 % to 8 %, prices are within 1e-5 of the strike
 * (0.001 USD on 100 USD) up to 45 days, 2e-5 up to a year and 2e-4 up to two and a half; deltas within 0.001, 0.002 and
 * 0.008. Held against a binomial tree in `tests/server/scan/american.test.ts`.
 */
import { exerciseBoundary, futureMoments } from './exercise-boundary.ts'
import { normalCdf } from './normal.ts'
import { deltaOf, priceOption, type OptionTerms } from './pricing.ts'

export interface OptionValue {
  /** USD per share, never below what exercising now gives. */
  price: number
  /** Change of the price per USD of the underlying: 0 to 1 for a call, −1 to 0 for a put. */
  delta: number
}

/** At expiration, or without volatility, the better of exercising now and holding on. */
export function valueAmerican(terms: OptionTerms): OptionValue {
  const { side, spot, strike, rate, dividendYield = 0 } = terms
  if (side === 'PUT') return valuePut({ ...terms, dividendYield })
  // The right to buy stock for cash is the right to sell cash for stock: spot and strike, rate and yield change places.
  const mirrored = { ...terms, spot: strike, strike: spot, rate: dividendYield, dividendYield: rate }
  const { price, delta } = valuePut({ ...mirrored, side: 'PUT' })
  // The price is proportional to spot and strike together, which gives its slope in one from that in the other.
  return { price, delta: Math.min(1, Math.max(0, (price - strike * delta) / spot)) }
}

type PutTerms = Required<OptionTerms>

function valuePut(terms: PutTerms): OptionValue {
  const { spot, strike, years, volatility, rate, dividendYield } = terms
  const exercised: OptionValue = { price: strike - spot, delta: -1 }
  const held: OptionValue = { price: priceOption(terms), delta: deltaOf(terms) }
  // Without interest to win on the strike, nor a stock that costs its holder, early exercise wins nothing.
  const isWorthless = rate < 0 || (rate === 0 && dividendYield >= 0)
  if (isWorthless || !(years > 0 && volatility > 0)) return held.price >= exercised.price ? held : exercised

  const boundary = exerciseBoundary(terms)
  if (Math.log(spot / strike) <= boundary.now) return exercised
  const right = exerciseRight(terms, boundary.later)
  const price = held.price + right.price
  return price > exercised.price
    ? { price, delta: Math.min(0, Math.max(-1, held.delta + right.delta)) }
    : exercised
}

/** Interest won on the strike, less dividends lost, while the stock is below the boundary. */
function exerciseRight(terms: PutTerms, boundary: readonly number[]): OptionValue {
  const { spot, strike, years, volatility, rate, dividendYield } = terms
  const log = Math.log(spot / strike)
  let price = 0
  let delta = 0
  for (const [index, { root, weight }] of futureMoments.entries()) {
    const passed = years * root * root
    const deviation = volatility * Math.sqrt(passed)
    const apart = (log - (boundary[index] ?? 0) + (rate - dividendYield) * passed) / deviation
    const [high, low] = [apart + deviation / 2, apart - deviation / 2]
    const interest = strike * rate * years * weight * Math.exp(-rate * passed)
    const dividends = dividendYield * years * weight * Math.exp(-dividendYield * passed)
    price += interest * normalCdf(-low) - spot * dividends * normalCdf(-high)
    delta -= (interest * normalDensity(low)) / (spot * deviation)
    delta += dividends * (normalDensity(high) / deviation - normalCdf(-high))
  }
  return { price, delta }
}

function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
}
