/**
 * Tradier: a broker's quotes with ORATS' greeks, by token. It counts requests, not rows, and sends one expiration at a
 * time, without the stock's price: a ticker takes a request for its dates, one for its price, and one for each date.
 */
import { MarketDataError } from '../scan/errors.ts'
import type { OptionQuote } from '../scan/model.ts'
import { bearer } from './bearer.ts'
import { newestQuote } from './epoch.ts'
import { expirationWindow, mostExpirations } from './expiration-window.ts'
import { createVendorHttp, type VendorHttpOptions } from './http.ts'
import { inParallel } from './in-parallel.ts'
import type { MarketDataProvider } from './provider.ts'
import { readChain, readExpirations, readStockPrice, type ReadRows } from './tradier/answers.ts'

const VENDOR = 'Tradier'
/** Of one ticker. */
const CHAINS_AT_ONCE = 3

export interface TradierOptions extends Omit<VendorHttpOptions, 'vendor' | 'headers' | 'clock'> {
  token: string
  clock: { now(): number; marketNow(): number }
  /** Origin only. Default `https://api.tradier.com`; the sandbox, with tokens of its own, is `https://sandbox.tradier.com`. */
  baseUrl?: string
  /** Quotes of 15 minutes ago, and half as many requests. Default: by the name of the host. */
  sandbox?: boolean
}

export function createTradierProvider(options: TradierOptions): MarketDataProvider {
  const { token, clock, baseUrl = 'https://api.tradier.com' } = options
  const { sandbox = new URL(baseUrl).hostname === 'sandbox.tradier.com', ...httpOptions } = options
  // It answers in XML to who does not ask for JSON.
  const headers = { accept: 'application/json', ...bearer(token, 'TRADIER_TOKEN') }
  const http = createVendorHttp({ ...httpOptions, vendor: VENDOR, headers })
  const delayMinutes = sandbox ? 15 : 0

  function ask(
    symbol: string,
    path: string,
    query: Record<string, string>,
    signal: AbortSignal,
  ): Promise<unknown> {
    const url = new URL(`/v1/markets/${path}`, baseUrl)
    url.search = String(new URLSearchParams(query))
    return http.fetchJson(url, { signal, onStatus: (status) => refusal(symbol, status) })
  }

  return {
    name: 'tradier',
    description: sandbox ? 'Tradier (sandbox), delayed 15 minutes' : 'Tradier, real time',
    simulated: false,
    delayMinutes,
    limits: { perSecond: null, perMinute: sandbox ? 60 : 120, perDay: null, concurrent: null },
    costOf: (symbols, criteria) => ({
      requests: symbols * (2 + mostExpirations(expirationWindow(clock, criteria))),
      credits: null,
    }),
    unavailable: http.unavailable,
    async fetchChain(ticker, criteria, signal) {
      const symbol = vendorSymbol(ticker)
      // All roots: without them the weekly options of an index are missing.
      const dates = { symbol, includeAllRoots: 'true', strikes: 'false' }
      const expirations = readExpirations(await ask(ticker, 'options/expirations', dates, signal))
      if (expirations.length === 0) throw unknownSymbol(ticker)
      const price = await ask(ticker, 'quotes', { symbols: symbol, greeks: 'false' }, signal)
      const underlyingPrice = readStockPrice(symbol, price)

      const { first, last } = expirationWindow(clock, criteria)
      const wanted = expirations.filter((expiration) => expiration >= first && expiration <= last)
      const chains = await inParallel(wanted, CHAINS_AT_ONCE, signal, async (expiration, either) => {
        const query = { symbol, expiration, greeks: 'true' }
        return readChain(symbol, await ask(ticker, 'options/chains', query, either))
      })
      const { quotes, badRows } = joined(chains)
      const quotedAt = newestQuote(quotes)
      return { symbol: ticker, source: 'tradier', delayMinutes, underlyingPrice, quotedAt, quotes, badRows }
    },
  }
}

/** Of two rows for one contract there is no telling which is right: the first stays, the other counts as bad. */
function joined(chains: ReadRows[]): { quotes: OptionQuote[]; badRows: number } {
  const byName = new Map<string, OptionQuote>()
  let rows = 0
  for (const chain of chains) {
    rows += chain.rows
    for (const quote of chain.quotes) {
      if (!byName.has(quote.occSymbol)) byName.set(quote.occSymbol, quote)
    }
  }
  return { quotes: [...byName.values()], badRows: rows - byName.size }
}

/** Tradier writes share classes with a slash (`BRK/B`), and an index without a mark. */
function vendorSymbol(symbol: string): string {
  return symbol
    .toUpperCase()
    .replace(/^[\^_]/, '')
    .replace(/[-.]/, '/')
}

function unknownSymbol(symbol: string): MarketDataError {
  const message = `${VENDOR} lists no options of ${symbol}, or does not know the symbol.`
  return new MarketDataError('UNKNOWN_SYMBOL', message)
}

function refusal(symbol: string, status: number): MarketDataError | undefined {
  const sentences: Record<number, string> = {
    400: `${VENDOR} did not understand the request for ${symbol}.`,
    401: `${VENDOR} did not accept the token: see TRADIER_TOKEN.`,
    403: `${VENDOR} does not let this token read market data: see TRADIER_TOKEN.`,
  }
  const sentence = sentences[status]
  return sentence === undefined ? undefined : new MarketDataError('UNAVAILABLE', sentence)
}
