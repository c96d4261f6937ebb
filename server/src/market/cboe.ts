/**
 * Cboe's delayed quotes: the feed behind the quote pages of cboe.com. No key, no published limit, not documented,
 * and therefore read with suspicion. One request brings all expirations of a symbol.
 */
import * as z from 'zod/mini'
import { MarketDataError } from '../scan/errors.ts'
import type { Instant, OptionChain, OptionQuote } from '../scan/model.ts'
import { newYorkDateTime } from '../scan/new-york.ts'
import { createVendorHttp, type VendorHttpOptions } from './http.ts'
import { parseOccSymbol } from './occ-symbol.ts'
import type { MarketDataProvider } from './provider.ts'

const NAME = 'cboe'
const DELAY_MINUTES = 15

export interface CboeOptions extends Omit<VendorHttpOptions, 'vendor' | 'headers'> {
  /** Origin only; the path stays Cboe's. Default `https://cdn.cboe.com`. */
  baseUrl?: string
}

export function createCboeProvider(options: CboeOptions): MarketDataProvider {
  const { baseUrl = 'https://cdn.cboe.com', ...httpOptions } = options
  // Cboe's content network has been seen to turn away clients that do not look like a browser.
  const headers = { accept: 'application/json', 'user-agent': 'Mozilla/5.0 (compatible; WheelAnalyzer)' }
  const http = createVendorHttp({ ...httpOptions, vendor: 'Cboe', headers })

  return {
    name: NAME,
    description: 'Cboe, delayed 15 minutes',
    simulated: false,
    delayMinutes: DELAY_MINUTES,
    // Nothing is published; one request brings a whole chain.
    limits: { perSecond: null, perMinute: null, perDay: null, concurrent: null },
    costOf: (symbols) => ({ requests: symbols, credits: null }),
    unavailable: http.unavailable,
    async fetchChain(symbol, _criteria, signal) {
      const path = `/api/global/delayed_quotes/options/${encodeURIComponent(cboeSymbol(symbol))}.json`
      const onStatus = (status: number) =>
        status === 403 || status === 404 ? unknownSymbol(symbol) : undefined
      return readCboeChain(symbol, await http.fetchJson(new URL(path, baseUrl), { signal, onStatus }))
    },
  }
}

/** Cboe writes share classes with a dot (`BRK.B`) and marks an index with an underscore (`_SPX`). */
function cboeSymbol(symbol: string): string {
  return symbol.toUpperCase().replace(/^\^/, '_').replace(/[-/]/, '.')
}

/** Its storage answers 403 for a file that does not exist, and for a client that it does not like. */
function unknownSymbol(symbol: string): MarketDataError {
  const message = `Cboe does not know the symbol ${symbol} (or refuses to answer for it).`
  return new MarketDataError('UNKNOWN_SYMBOL', message)
}

const envelope = z.object({
  data: z.object({
    symbol: z.string(),
    current_price: z.nullish(z.number()),
    last_trade_time: z.nullish(z.string()),
    options: z.array(z.unknown()),
  }),
})

/** What is read of a row, before it is believed. By hand: with zod, SPY's 9,000 rows take as long again as JSON.parse. */
type Row = Partial<Record<'option' | 'bid' | 'ask' | 'delta' | 'iv' | 'open_interest' | 'volume', unknown>>

/** A figure that is absent or null is not known; one that is not a number, or a price below zero, spoils its row. */
type Figure = number | null | undefined
const isFigure = (value: unknown): value is Figure => value == null || Number.isFinite(value)
const isPrice = (value: unknown): value is Figure => isFigure(value) && (value ?? 0) >= 0

/**
 * Cboe's payload as a chain.
 * @throws MarketDataError when it is not a chain, or not that of `symbol`
 */
export function readCboeChain(symbol: string, payload: unknown): OptionChain {
  const parsed = envelope.safeParse(payload)
  if (!parsed.success) throw unreadable(parsed.error)
  const { data } = parsed.data
  if (lettersOf(data.symbol) !== lettersOf(symbol)) {
    const message = `Cboe was asked for ${symbol} and answered for another symbol.`
    throw new MarketDataError('BAD_RESPONSE', message)
  }

  const quotes: OptionQuote[] = []
  const seen = new Set<string>()
  for (const item of data.options) {
    const quote = readQuote(item)
    // Of two rows for one contract there is no telling which is right: the first stays, the other counts as bad.
    if (quote === null || seen.has(quote.occSymbol)) continue
    seen.add(quote.occSymbol)
    quotes.push(quote)
  }
  // Not one readable row is another format, not a stock without options.
  if (data.options.length > 0 && quotes.length === 0) throw unreadable()

  return {
    symbol,
    source: NAME,
    delayMinutes: DELAY_MINUTES,
    // Zero is Cboe's way of saying that there is no price.
    underlyingPrice: data.current_price && data.current_price > 0 ? data.current_price : null,
    // Not `timestamp`, which is when the file was made, and moves on while the market is closed.
    quotedAt: data.last_trade_time ? fromNewYork(data.last_trade_time) : null,
    quotes,
    badRows: data.options.length - quotes.length,
  }
}

function readQuote(item: unknown): OptionQuote | null {
  if (typeof item !== 'object' || item === null) return null
  const { option, bid, ask, delta, iv, open_interest: openInterest, volume }: Row = item
  if (typeof option !== 'string' || !isPrice(bid) || !isPrice(ask)) return null
  if (!isFigure(delta) || !isFigure(iv) || !isFigure(openInterest) || !isFigure(volume)) return null
  const contract = parseOccSymbol(option)
  if (contract === null) return null
  return {
    occSymbol: option.includes(' ') ? option.replaceAll(' ', '') : option,
    root: contract.root,
    side: contract.side,
    expiration: contract.expiration,
    strike: contract.strike,
    bid: bid ?? null,
    ask: ask ?? null,
    delta: delta ?? null,
    impliedVolatility: iv ?? null,
    openInterest: count(openInterest),
    volume: count(volume),
    quotedAt: null,
  }
}

/** Cboe writes counts of contracts as `12.0`. */
function count(value: Figure): number | null {
  return value == null ? null : Math.round(value)
}

function lettersOf(symbol: string): string {
  return symbol.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')
}

function unreadable(cause?: unknown): MarketDataError {
  return new MarketDataError('BAD_RESPONSE', 'Cboe answered in a form that we cannot read.', { cause })
}

/**
 * `2025-06-06T15:59:59`, told without its zone, as an instant; null when it is not a time. The wall clock is read as
 * if it were UTC and moved by what New York's clock shows then; the second pass is for the hours next to a change
 * to or from daylight saving time.
 */
function fromNewYork(wallClock: string): Instant | null {
  const target = Date.parse(`${wallClock.replace(' ', 'T')}Z`)
  if (Number.isNaN(target)) return null
  let instant = target
  for (let pass = 0; pass < 2; pass += 1) {
    instant += target - Date.parse(`${newYorkDateTime(instant).replace(' ', 'T')}Z`)
  }
  return new Date(instant).toISOString()
}
