/**
 * Where the options themselves say the stock will stand at expiration. A call less the put of the same strike is a
 * purchase at that strike, so every such pair names the forward price: it holds the interest, the dividends until
 * then and the cost of borrowing the stock, and it belongs to the very moment of the quotes, as a stock price that
 * is told beside them may not.
 */
import { midPrice } from './metrics.ts'
import type { OptionQuote } from './model.ts'

type PricedQuote = Pick<OptionQuote, 'side' | 'strike' | 'bid' | 'ask'>

/** Away from the money, the right to exercise early disturbs the pair. */
const PAIRS = 8
/** USD: without it, two quotes as wide as nothing would silence all others. */
const LEAST_SPREAD = 0.01

/**
 * The forward price, USD, of the quotes of one expiration: the mean of the pairs nearest the money, each as weighty
 * as its quotes are tight. Null without a pair that is quoted on all four sides.
 * @param rate fraction a year, continuous
 */
export function impliedForward(quotes: readonly PricedQuote[], years: number, rate: number): number | null {
  const puts = new Map(quotes.filter(({ side }) => side === 'PUT').map((put) => [put.strike, put]))
  const growth = Math.exp(rate * years)
  const pairs = quotes
    .filter(({ side }) => side === 'CALL')
    .flatMap((call) => pairUp(call, puts.get(call.strike)) ?? [])
    .sort((a, b) => Math.abs(a.difference) - Math.abs(b.difference))
    .slice(0, PAIRS)
  let [sum, weights] = [0, 0]
  for (const { strike, difference, spread } of pairs) {
    const weight = 1 / (spread + LEAST_SPREAD) ** 2
    sum += weight * (strike + growth * difference)
    weights += weight
  }
  return weights > 0 ? sum / weights : null
}

interface Pair {
  strike: number
  /** Call less put, USD. */
  difference: number
  spread: number
}

function pairUp(call: PricedQuote, put: PricedQuote | undefined): Pair | null {
  const callMid = midPrice(call.bid, call.ask)
  const putMid = put ? midPrice(put.bid, put.ask) : null
  if (!put || callMid === null || putMid === null) return null
  const spread = 2 * (callMid - (call.bid ?? 0) + putMid - (put.bid ?? 0))
  return { strike: call.strike, difference: callMid - putMid, spread }
}
