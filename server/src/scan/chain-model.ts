/**
 * Our own delta and implied volatility for the contracts of a chain, from nothing but the chain's prices: the middle
 * of bid and ask, American exercise, and per expiration the forward price that calls and puts imply together.
 */
import { valueAmerican } from './american.ts'
import { impliedForward } from './implied-forward.ts'
import { solveImpliedVolatility } from './implied-volatility.ts'
import { midPrice } from './metrics.ts'
import type { IsoDate, OptionQuote, OptionSide } from './model.ts'
import { newYorkInstant } from './new-york.ts'

/** What the model takes for the market of an expiration. Units of `pricing.ts`. */
export interface ModelMarket {
  underlyingPrice: number
  years: number
  rate: number
  /** Dividends, and the cost of borrowing the stock, as a yield until this expiration. */
  dividendYield: number
}

export interface ModelGreeks {
  /** Puts −1 to 0, calls 0 to 1. */
  delta: number
  /** Fraction a year, above 0. */
  impliedVolatility: number
}

export interface ChainModel {
  marketOf(contract: Pick<OptionQuote, 'root' | 'expiration'>): ModelMarket
  /**
   * Null without a bid and an ask that are not crossed, when no volatility explains their middle, and at expiration.
   * Takes about a fifth of a millisecond, a thousand times as long as the criteria that need no model.
   */
  greeksOf(quote: OptionQuote): ModelGreeks | null
}

export interface ChainModelContext {
  /** As the provider says it. Used where the chain cannot tell: without pairs of calls and puts. */
  underlyingPrice: number
  /** When the market made the quotes, in milliseconds since 1970: volatility counts from there, not from now. */
  quotedAtMs: number
  /** Fraction a year, continuous. */
  rate: number
}

const YEAR_MS = 365 * 86_400_000
/** Of the provider's price, either way: a forward price beyond is a misprint, or another deliverable. */
const PLAUSIBLE = 0.1

/**
 * The stock's price is the one that the nearest expiration implies: after hours a provider's price goes on, while the
 * options stand at their close. The yield makes up for the rest between that price and each expiration's forward
 * price, so that no dividend need be known. An expiration is worked out when it is first asked for.
 */
export function createChainModel(quotes: readonly OptionQuote[], context: ChainModelContext): ChainModel {
  const { quotedAtMs, rate } = context
  const markets = new Map<string, ModelMarket>()
  const volatilities = new Map<OptionQuote, number | null>()
  /** Sorted out when the first contract asks: of most chains, none does. */
  let sorted: { chain: Map<string, Series>; spot: number } | null = null

  return { marketOf, greeksOf }

  function all(): { chain: Map<string, Series>; spot: number } {
    if (sorted !== null) return sorted
    const chain = bySeries(quotes)
    sorted = { chain, spot: impliedSpot(chain, context) }
    return sorted
  }

  function marketOf({ root, expiration }: Pick<OptionQuote, 'root' | 'expiration'>): ModelMarket {
    const key = seriesKey(root, expiration)
    const known = markets.get(key)
    if (known) return known
    const { chain, spot } = all()
    const years = yearsToExpiration(quotedAtMs, expiration)
    const forward = forwardOf(chain.get(key), years, context)
    const dividendYield = forward === null ? 0 : rate - Math.log(forward / spot) / years
    const market = { underlyingPrice: spot, years, rate, dividendYield }
    markets.set(key, market)
    return market
  }

  /** A strike has one volatility. It is read from the side out of the money: tighter quotes, and all of it time value. */
  function greeksOf(quote: OptionQuote): ModelGreeks | null {
    const market = marketOf(quote)
    const impliedVolatility =
      (isInTheMoney(quote, market) ? solvedOnce(opposite(quote), market) : null) ?? solvedOnce(quote, market)
    if (impliedVolatility === null || midPrice(quote.bid, quote.ask) === null) return null
    const { underlyingPrice, ...terms } = market
    const { side, strike } = quote
    const value = valueAmerican({
      ...terms,
      side,
      strike,
      spot: underlyingPrice,
      volatility: impliedVolatility,
    })
    return { delta: value.delta, impliedVolatility }
  }

  function solvedOnce(quote: OptionQuote | null, market: ModelMarket): number | null {
    if (quote === null) return null
    const known = volatilities.get(quote)
    if (known !== undefined) return known
    const volatility = volatilityOf(quote, market)
    volatilities.set(quote, volatility)
    return volatility
  }

  function opposite({ root, expiration, side, strike }: OptionQuote): OptionQuote | null {
    const other: OptionSide = side === 'PUT' ? 'CALL' : 'PUT'
    const series = all().chain.get(seriesKey(root, expiration))
    return series?.get(contractKey(other, strike)) ?? null
  }
}

/**
 * Years of 365 days until the close of trading, 16:00 New York, of the day of expiration; not above 0 once it has
 * passed. Three hours too long on the few expirations whose trading ends at 13:00.
 */
export function yearsToExpiration(ms: number, expiration: IsoDate): number {
  return (newYorkInstant(expiration, '16:00') - ms) / YEAR_MS
}

function volatilityOf(quote: OptionQuote, market: ModelMarket): number | null {
  const price = midPrice(quote.bid, quote.ask)
  if (price === null) return null
  const { underlyingPrice, ...terms } = market
  return solveImpliedVolatility({
    ...terms,
    side: quote.side,
    strike: quote.strike,
    spot: underlyingPrice,
    price,
  })
}

function isInTheMoney({ side, strike }: OptionQuote, market: ModelMarket): boolean {
  const forward = market.underlyingPrice * Math.exp((market.rate - market.dividendYield) * market.years)
  return side === 'PUT' ? strike > forward : strike < forward
}

/** The contracts of one root and expiration, by side and strike. */
type Series = Map<string, OptionQuote>

function bySeries(quotes: readonly OptionQuote[]): Map<string, Series> {
  const chain = new Map<string, Series>()
  for (const quote of quotes) {
    const key = seriesKey(quote.root, quote.expiration)
    const series = chain.get(key) ?? new Map<string, OptionQuote>()
    chain.set(key, series.set(contractKey(quote.side, quote.strike), quote))
  }
  return chain
}

/** Date first, so that keys sort by it. Two roots may share strikes and dates, and yet deliver different things. */
function seriesKey(root: string, expiration: IsoDate): string {
  return `${expiration} ${root}`
}

function contractKey(side: OptionSide, strike: number): string {
  return `${side} ${strike}`
}

function impliedSpot(chain: Map<string, Series>, context: ChainModelContext): number {
  for (const key of [...chain.keys()].sort()) {
    const years = yearsToExpiration(context.quotedAtMs, key.slice(0, 'YYYY-MM-DD'.length))
    const forward = forwardOf(chain.get(key), years, context)
    if (forward !== null) return forward * Math.exp(-context.rate * years)
  }
  return context.underlyingPrice
}

function forwardOf(
  series: Series | undefined,
  years: number,
  { underlyingPrice, rate }: ChainModelContext,
): number | null {
  const forward = series && years > 0 ? impliedForward([...series.values()], years, rate) : null
  return forward !== null && Math.abs(forward / underlyingPrice - 1) < PLAUSIBLE ? forward : null
}
