/** How far our greeks are from the vendors', on their own recorded chains. Answers figures only, never rows. */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { readCboeChain } from '../../server/src/market/cboe.ts'
import { readMarketDataChain } from '../../server/src/market/marketdata/chain.ts'
import { readChain } from '../../server/src/market/tradier/answers.ts'
import { valueAmerican } from '../../server/src/scan/american.ts'
import { createChainModel, yearsToExpiration, type ChainModel } from '../../server/src/scan/chain-model.ts'
import { solveImpliedVolatility } from '../../server/src/scan/implied-volatility.ts'
import { impliedForward } from '../../server/src/scan/implied-forward.ts'
import { midPrice } from '../../server/src/scan/metrics.ts'
import type { OptionQuote } from '../../server/src/scan/model.ts'
import { daysBetween, newYorkDate } from '../../server/src/scan/new-york.ts'
import { deltaOf } from '../../server/src/scan/pricing.ts'

/** `RISK_FREE_RATE`'s default, for all recordings alike: the model is held to what an installation has. */
const rate = 0.045

interface Recorded {
  quotes: OptionQuote[]
  /** When the market made them: the close, for captures of the evening or the weekend after. */
  quotedAt: string
  /** Null when the vendor's chain does not say it. */
  underlyingPrice: number | null
}

export interface Recording {
  /** Vendor, symbol, moment. */
  name: string
  file: string
  read: (payload: never) => Recorded
  /** What makes the vendor's figures other than ours, where something is known to. */
  note?: string
  /** The vendor's deltas of stock options are those of options without early exercise. */
  vendorIsEuropean?: true
}

const cboe = (file: string, symbol: string, quotedAt: string, note?: string): Recording => ({
  name: `Cboe ${symbol.replace('_', '')} ${quotedAt.slice(0, 16)}Z`,
  file: `cboe/options_${file}`,
  read: (payload) => ({ ...readCboeChain(symbol, payload), quotedAt }),
  ...(note === undefined ? {} : { note }),
})

const tradier = (file: string, symbol: string, quotedAt: string, note?: string): Recording => ({
  name: `Tradier ${symbol} ${quotedAt.slice(0, 16)}Z`,
  file: `tradier/options_chains_${file}`,
  read: (payload) => ({ quotes: readChain(symbol, payload).quotes, quotedAt, underlyingPrice: null }),
  ...(note === undefined ? {} : { note }),
})

const AFTER_HOURS = 'The stock price told with the chain is from after hours, the quotes are from 16:00.'
const DIVIDEND =
  'A dividend of 0.3 % falls between the first expirations and the others. A yield spreads over time what comes in a day, which matters for calls and puts in the money, whose early exercise waits for that day.'
const INDEX = 'Options on an index are European, and trade on after the stocks have closed.'

export const recordings: readonly Recording[] = [
  cboe('AAPL_2025-06-06close.json', 'AAPL', '2025-06-06T20:00:00Z', AFTER_HOURS),
  cboe('MSFT_2025-06-06close.json', 'MSFT', '2025-06-06T20:00:00Z'),
  cboe('META_2025-06-06close.json.gz', 'META', '2025-06-06T20:00:00Z', AFTER_HOURS),
  cboe('SPY_2025-06-06close.json.gz', 'SPY', '2025-06-06T20:00:00Z', DIVIDEND),
  cboe('TSLA_2025-06-06close.json', 'TSLA', '2025-06-06T20:00:00Z', AFTER_HOURS),
  cboe('NVDA_2026-05-29_intraday_1559ET.json', 'NVDA', '2026-05-29T19:44:27Z'),
  cboe('_RUT_2025-06-04close.json.gz', '_RUT', '2025-06-04T20:00:00Z', INDEX),
  cboe('AAPL_2026-07-02_trimmed6.json', 'AAPL', '2026-07-02T20:00:00Z'),
  {
    name: 'marketdata.app AAPL 2023-05-19T20:00Z',
    file: 'marketdata/options_chain_AAPL_2023-06-16_92.json',
    read: (payload: Record<string, unknown>) => {
      // Four entries too long, and told by the contracts' names as well.
      const { side: _, ...columns } = payload
      const chain = readMarketDataChain('AAPL', columns, 0)
      if (chain === null) throw new Error('The recording is empty.')
      return { ...chain, quotedAt: '2023-05-19T20:00:00Z' }
    },
    note: 'The vendor leaves early exercise out: its put deltas are its call deltas less one, to the last digit.',
    vendorIsEuropean: true,
  },
  tradier('PLTR_2025-11-28.json', 'PLTR', '2025-10-31T20:00:00Z'),
  tradier('SPX_2026-10-16_trimmed4_two-roots.json', 'SPX', '2026-10-01T20:00:00Z', INDEX),
  tradier('SPY_2026-10-02_trimmed9.json', 'SPY', '2026-10-01T20:00:00Z'),
]

/** Of the absolute differences between the vendor's delta and ours. */
export interface Differences {
  contracts: number
  /** Contracts that ours has no delta for; not among the differences. */
  unsolved: number
  /** Null without contracts. */
  median: number | null
  p95: number | null
  max: number | null
}

export interface GreeksComparison {
  name: string
  ours: Differences
  /** Those out of the money: what a scan looks at. */
  outOfTheMoney: Differences
  /** Ours, had the contracts no early exercise. */
  european: Differences
  /** Each contract by itself, with the stock price that came with the chain and no dividends. */
  plain: Differences
  microsecondsAContract: number
}

/** Null when the recording is not on this machine. */
export function compareGreeks(dir: string, { name, file, read }: Recording): GreeksComparison | null {
  const path = resolve(dir, file)
  if (!existsSync(path)) return null
  const bytes = readFileSync(path)
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
  const { quotes, quotedAt, underlyingPrice } = read(JSON.parse(text) as never)
  const quotedAtMs = Date.parse(quotedAt)
  const spot = underlyingPrice ?? spotOf(quotes, quotedAtMs)
  const liquid = quotes.filter((quote) => isLiquid(quote, newYorkDate(quotedAtMs)))

  const start = performance.now()
  const model = createChainModel(quotes, { underlyingPrice: spot, quotedAtMs, rate })
  const greeks = liquid.map((quote) => model.greeksOf(quote))
  const milliseconds = performance.now() - start
  const difference = (quote: OptionQuote, delta: number | null) =>
    delta === null || quote.delta === null ? null : Math.abs(delta - quote.delta)
  const differences = liquid.map((quote, place) => difference(quote, greeks[place]?.delta ?? null))
  return {
    name,
    ours: summarize(differences),
    outOfTheMoney: summarize(differences.filter((_, place) => Math.abs(liquid[place]?.delta ?? 1) <= 0.5)),
    european: summarize(
      liquid.map((quote, place) =>
        difference(quote, europeanDelta(quote, greeks[place]?.impliedVolatility, model)),
      ),
    ),
    plain: summarize(liquid.map((quote) => difference(quote, plainDelta(quote, spot, quotedAtMs)))),
    microsecondsAContract: (milliseconds / liquid.length) * 1000,
  }
}

/** Of the contracts that the issue names: somebody bids, 7 to 60 days, the vendor's |delta| 0.05 to 0.95. */
function isLiquid({ bid, delta, expiration, impliedVolatility }: OptionQuote, today: string): boolean {
  const days = daysBetween(today, expiration)
  if (bid === null || bid <= 0 || delta === null || !impliedVolatility) return false
  return days >= 7 && days <= 60 && Math.abs(delta) >= 0.05 && Math.abs(delta) <= 0.95
}

function europeanDelta(quote: OptionQuote, volatility: number | undefined, model: ChainModel): number | null {
  if (volatility === undefined) return null
  const { underlyingPrice: spot, ...market } = model.marketOf(quote)
  return deltaOf({ ...market, side: quote.side, strike: quote.strike, spot, volatility })
}

function plainDelta(
  { side, strike, expiration, bid, ask }: OptionQuote,
  spot: number,
  ms: number,
): number | null {
  const price = midPrice(bid, ask)
  if (price === null) return null
  const terms = { side, strike, spot, years: yearsToExpiration(ms, expiration), rate }
  const volatility = solveImpliedVolatility({ ...terms, price })
  return volatility === null ? null : valueAmerican({ ...terms, volatility }).delta
}

/** A chain of one expiration that does not say what the stock costs. */
function spotOf(quotes: OptionQuote[], ms: number): number {
  const years = yearsToExpiration(ms, quotes[0]?.expiration ?? '')
  return (impliedForward(quotes, years, rate) ?? NaN) * Math.exp(-rate * years)
}

function summarize(differences: (number | null)[]): Differences {
  const known = differences.filter((difference) => difference !== null).sort((a, b) => a - b)
  const quantile = (part: number) => known[Math.ceil(part * known.length) - 1] ?? null
  return {
    contracts: differences.length,
    unsolved: differences.length - known.length,
    median: quantile(0.5),
    p95: quantile(0.95),
    max: quantile(1),
  }
}
