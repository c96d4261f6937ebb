/** Bid, ask and greeks of a strike's put and call, as a market maker would round them. */
import type { OptionQuote, OptionSide } from '../../scan/model.ts'
import { deltaOf, priceOption } from '../../scan/pricing.ts'
import type { Smile } from './smile.ts'

const RATE = 0.045

export type PriceQuote = Pick<OptionQuote, 'bid' | 'ask' | 'delta' | 'impliedVolatility'>

/** `liquidity`: 0 to 1. */
export function quoteStrike(smile: Smile, strike: number, liquidity: number): Record<OptionSide, PriceQuote> {
  const { spot, years } = smile
  const volatility = smile.at(strike)
  // The side in the money is worth as much more than the other as it is in the money, with interest (parity).
  const forward = spot - strike * Math.exp(-RATE * years)
  const side = forward > 0 ? 'PUT' : 'CALL'
  const timeValue = priceOption({ side, spot, strike, years, volatility, rate: RATE })
  const putDelta = deltaOf({ side: 'PUT', spot, strike, years, volatility, rate: RATE })
  // Spreads follow what is uncertain in a price, and grow with the distance from the money.
  const distance = Math.min(3, Math.abs(smile.distance(strike)))
  const uncertainty = 0.03 * (1 + 0.5 * distance) * timeValue

  const quote = (fair: number, delta: number): PriceQuote => {
    const half = 0.004 + (1.3 - liquidity) * (0.002 * fair + uncertainty)
    const bid = roundDown(fair - half)
    // Somebody always offers, for a tick more than is bid.
    const ask = Math.max(roundUp(fair + half), round(bid + tickAt(bid), 2))
    return { bid, ask, delta: round(delta, 4), impliedVolatility: round(volatility, 4) }
  }
  return {
    PUT: quote(timeValue + Math.max(0, -forward), putDelta),
    CALL: quote(timeValue + Math.max(0, forward), 1 + putDelta),
  }
}

/** Pennies below 3 dollars, nickels above. */
function tickAt(price: number): number {
  return price < 3 ? 0.01 : 0.05
}

function roundDown(price: number): number {
  if (price <= 0) return 0
  const tick = tickAt(price)
  return round(Math.floor(price / tick + 1e-9) * tick, 2)
}

function roundUp(price: number): number {
  const tick = tickAt(price)
  return round(Math.ceil(price / tick - 1e-9) * tick, 2)
}

function round(value: number, digits: number): number {
  // Adding zero makes a plain zero of a negative one.
  return Math.round(value * 10 ** digits) / 10 ** digits + 0
}
