/** Which stock's quotes fail at a moment: vendors do, and a page that has never shown it is a page untested. */
import { MarketDataError } from '../../scan/errors.ts'
import { newYorkDateTime } from '../../scan/new-york.ts'
import { fractionOf } from './random.ts'
import { demoStocks } from './stocks.ts'

/** The chance that one of the stocks fails in an hour. */
const FAILING_HOURS = 0.6

/** Null when the stock answers. At most one fails at a time, for an hour of New York. `ms`: since 1970. */
export function failureOf(seed: string, symbol: string, ms: number): MarketDataError | null {
  const hour = newYorkDateTime(ms).slice(0, 'YYYY-MM-DD HH'.length)
  const pick = Math.floor((fractionOf(seed, hour, 'failing') / FAILING_HOURS) * demoStocks.length)
  if (demoStocks[pick]?.symbol !== symbol) return null
  return fractionOf(seed, hour, 'fault') < 0.5
    ? new MarketDataError(
        'UNAVAILABLE',
        `The simulated market has no quotes for ${symbol} this hour: it fails on purpose, as real ones do.`,
      )
    : new MarketDataError(
        'TIMED_OUT',
        `The simulated market does not answer for ${symbol} this hour: it times out on purpose, as real ones do.`,
      )
}
