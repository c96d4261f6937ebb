/** What is wrong with real quotes is wrong with these, as often or a little more: code that meets them must cope. */
import type { IsoDate, OptionQuote } from '../../scan/model.ts'
import { fractionOf } from './random.ts'
import type { Smile } from './smile.ts'

/**
 * - Deep in the money, or worth next to nothing: often no implied volatility can be solved. Vendors write 0 and 0.
 * - Some rows come without greeks.
 * - Some contracts have never traded: no open interest is known.
 * @param draw numbers from 0 to 1, the same for a contract on a day
 */
export function withFlaws(quote: OptionQuote, smile: Smile, draw: () => number): OptionQuote {
  const distance = Math.abs(smile.distance(quote.strike))
  if (draw() < (distance > 2.5 ? 0.2 : 0.01)) return { ...quote, delta: 0, impliedVolatility: 0 }
  if (draw() < 0.01) return { ...quote, delta: null, impliedVolatility: null }
  if (draw() < (distance > 2 ? 0.08 : 0.004)) return { ...quote, openInterest: null, volume: null }
  return quote
}

/** Rows that could not be read: none on most days, one to three on the others. */
export function badRowsOf(seed: string, symbol: string, today: IsoDate): number {
  return Math.max(0, Math.ceil(fractionOf(seed, symbol, today, 'bad rows') * 20) - 17)
}
