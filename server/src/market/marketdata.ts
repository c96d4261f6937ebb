/**
 * marketdata.app: chains with greeks, by token. It takes one credit for each contract that it sends, so it is asked
 * for no contract that could not be kept.
 */
import { MarketDataError } from '../scan/errors.ts'
import type { ScanCriteria } from '../scan/model.ts'
import { addDays, newYorkDateTime } from '../scan/new-york.ts'
import { bearer } from './bearer.ts'
import { expirationWindow, mostExpirations, type ExpirationWindow } from './expiration-window.ts'
import { createVendorHttp, type VendorHttpOptions } from './http.ts'
import { readLimitHeaders } from './limit-headers.ts'
import { readMarketDataChain } from './marketdata/chain.ts'
import type { MarketDataProvider } from './provider.ts'
import { vendorDay } from './vendor-day.ts'

const VENDOR = 'marketdata.app'
/** What an account gets. Delays are those without OPRA's agreement, which only the account's owner can sign. */
const plans = {
  free: { delayMinutes: 1440, creditsPerDay: 100 },
  starter: { delayMinutes: 15, creditsPerDay: 10_000 },
  trader: { delayMinutes: 15, creditsPerDay: 100_000 },
  // These count by the minute, so many that no scan gets near.
  quant: { delayMinutes: 15, creditsPerDay: null },
  prime: { delayMinutes: 15, creditsPerDay: null },
} as const
export type MarketDataAppPlan = keyof typeof plans
/** It renews credits by the day or, for the largest plans, by the minute: that can be waited for. */
const A_MINUTE_MS = 61_000
const LONGEST_MS = 48 * 3_600_000
/** The most rows that it sends at once. Left to itself it stops at 10 000, without a word. */
const MOST_ROWS = 50_000

export interface MarketDataAppOptions extends Omit<VendorHttpOptions, 'vendor' | 'headers' | 'clock'> {
  /** Null: nobody's. Good for AAPL, which anybody may ask for. */
  token: string | null
  clock: { now(): number; marketNow(): number }
  /** Origin only; the path stays the vendor's. Default `https://api.marketdata.app`. */
  baseUrl?: string
  /** The account's, which no answer tells. Default `free`: quotes are never said to be fresher than they are. */
  plan?: MarketDataAppPlan
  /** Instead of the plan's: 0 once OPRA's agreement is signed. */
  delayMinutes?: number
}

export function createMarketDataAppProvider(options: MarketDataAppOptions): MarketDataProvider {
  const { token, baseUrl = 'https://api.marketdata.app', plan = 'free', ...httpOptions } = options
  const { delayMinutes = plans[plan].delayMinutes } = options
  const { clock } = options
  const headers = { accept: 'application/json', ...(token === null ? {} : bearer(token, 'MARKETDATA_TOKEN')) }
  const http = createVendorHttp({ ...httpOptions, vendor: VENDOR, headers })
  let spentUntil = 0

  function spent(): string | null {
    if (spentUntil <= clock.now()) return null
    const time = newYorkDateTime(spentUntil).slice(0, 'YYYY-MM-DD HH:MM'.length)
    return `${VENDOR}: the credits are used up until ${time} (New York).`
  }

  function refuseIfSpent(): void {
    const message = spent()
    if (message !== null) throw new MarketDataError('BUDGET_SPENT', message)
  }

  /** A 429 means two things: too many at once, which passes in a moment, and no credits, which does not. */
  function onLimit(body: string, answer: Headers): MarketDataError | undefined {
    const { left, renewedAt } = readLimitHeaders(answer)
    if ((left === null || left > 0) && !/credit/i.test(body)) return undefined
    const now = clock.now()
    const isTold = renewedAt !== null && renewedAt > now && renewedAt < now + LONGEST_MS
    const until = isTold ? renewedAt : vendorDay(now, '09:30').endsAt
    if (until <= now + A_MINUTE_MS) return undefined
    spentUntil = until
    return new MarketDataError('BUDGET_SPENT', spent() ?? '')
  }

  return {
    name: 'marketdata',
    description: `${VENDOR}, ${describeDelay(delayMinutes)}`,
    simulated: false,
    delayMinutes,
    limits: { perSecond: null, perMinute: null, perDay: plans[plan].creditsPerDay, concurrent: 50 },
    costOf: (symbols, criteria) => ({
      requests: symbols,
      credits: symbols * mostRows(windowToAskFor(clock, criteria)),
    }),
    unavailable: () => spent() ?? http.unavailable(),
    async fetchChain(symbol, criteria, signal) {
      refuseIfSpent()
      const url = new URL(`/v1/options/chain/${encodeURIComponent(vendorSymbol(symbol))}/`, baseUrl)
      url.search = String(filters(windowToAskFor(clock, criteria), criteria))
      const onStatus = (status: number) => refusal(symbol, status, token !== null)
      // Its 404 is an answer: "none".
      const payload = await http.fetchJson(url, { signal, answers: [404], onStatus, onLimit })
      const chain = readMarketDataChain(symbol, payload, delayMinutes)
      if (chain === null) throw noneListed(symbol, criteria)
      return chain
    },
  }
}

/**
 * Without dates the vendor sends one expiration, the next monthly. A day more than is wanted, because it has
 * documented `to` both as inclusive and as not, and a Friday lost is worse than a few credits.
 */
function windowToAskFor(clock: { marketNow(): number }, criteria: ScanCriteria): ExpirationWindow {
  const { first, last } = expirationWindow(clock, criteria)
  return { first, last: addDays(last, 1) }
}

/**
 * Only what no criterion could save is left to the vendor to drop: the other side, other days, contracts in the
 * money. Not contracts without a bid, nor by delta, spread or open interest: whoever reads why a ticker is empty
 * needs their number, and without greeks (the free plan) a filter on delta drops everything.
 */
function filters(window: ExpirationWindow, criteria: ScanCriteria): URLSearchParams {
  return new URLSearchParams({
    side: criteria.side === 'PUT' ? 'put' : 'call',
    from: window.first,
    to: window.last,
    range: 'otm',
    limit: String(MOST_ROWS),
  })
}

/**
 * Contracts of one side and out of the money that a symbol lists at most, as measured on the recorded chains with
 * the most strikes and dates (SPY, RUT) over every window of up to a year. Ordinary stocks have a fifth of it.
 */
function mostRows(window: ExpirationWindow): number {
  return 200 + 70 * mostExpirations(window)
}

/** Share classes with a dot, indices without a mark. */
function vendorSymbol(symbol: string): string {
  return symbol
    .toUpperCase()
    .replace(/^[\^_]/, '')
    .replace(/[-/]/, '.')
}

function refusal(symbol: string, status: number, hasToken: boolean): MarketDataError | undefined {
  const sentences: Record<number, string> = {
    400: `${VENDOR} did not understand the request for ${symbol}.`,
    401: hasToken
      ? `${VENDOR} did not accept the token: see MARKETDATA_TOKEN.`
      : `${VENDOR} wants a token for ${symbol}: set MARKETDATA_TOKEN.`,
    402: `The plan at ${VENDOR} does not include this request.`,
    403: `${VENDOR} does not answer us for now: it blocks an account for 5 minutes when its IP address changes.`,
    413: `${VENDOR} has too many options of ${symbol} to send at once: choose fewer days to expiration.`,
  }
  const sentence = sentences[status]
  return sentence === undefined ? undefined : new MarketDataError('UNAVAILABLE', sentence)
}

function noneListed(symbol: string, criteria: ScanCriteria): MarketDataError {
  const { side, minDaysToExpiration, maxDaysToExpiration } = criteria
  const contracts = `out-of-the-money ${side === 'PUT' ? 'puts' : 'calls'} of ${symbol}`
  const message = `${VENDOR} lists no ${contracts} that expire in ${minDaysToExpiration} to ${maxDaysToExpiration} days.`
  return new MarketDataError('UNKNOWN_SYMBOL', message)
}

function describeDelay(minutes: number): string {
  if (minutes === 0) return 'real time'
  return minutes % 60 === 0 ? `delayed ${minutes / 60} hours` : `delayed ${minutes} minutes`
}
