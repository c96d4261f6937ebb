/** Answers in Cboe's form, made from short descriptions. Tickers and numbers are invented. */
import type { RejectionReason } from '../../server/src/scan/model.ts'

export interface RowDescription {
  /** USD; `XYZ` trades at 100. */
  strike: number
  /** From the market date to expiration; may be negative. */
  days: number
  side?: 'P' | 'C'
  /** Default: the chain's symbol. */
  root?: string
  bid?: number | null
  ask?: number | null
  delta?: number | null
  iv?: number | null
  openInterest?: number | null
  volume?: number | null
  /** Null: never traded. */
  lastTradeTime?: string | null
}

/** All 23 keys of a row, as Cboe sends them. */
export type CboeRow = Record<string, unknown> & { option: string }

/** A contract that the default criteria keep (bid 1.20 on 95 in 14 days: 32.9 % a year), but for what is described. */
export function cboeRow(symbol: string, marketDate: string, row: RowDescription): CboeRow {
  const { side = 'P', root = symbol, bid = 1.2, iv = 0.35, openInterest = 120, volume = 7 } = row
  const { delta = side === 'P' ? -0.18 : 0.82, ask = (bid ?? 0) + 0.06 } = row
  const { lastTradeTime = `${marketDate}T15:41:07` } = row
  const expiration = new Date(Date.parse(marketDate) + row.days * 86_400_000).toISOString()
  const date = expiration.slice(2, 10).split('-').join('')
  const traded = lastTradeTime === null ? 0 : (bid ?? 0) + 0.03
  return {
    option: `${root}${date}${side}${(row.strike * 1000).toFixed(0).padStart(8, '0')}`,
    bid,
    bid_size: bid ? 11 : 0,
    ask,
    ask_size: 14,
    iv,
    open_interest: openInterest,
    volume,
    delta,
    gamma: 0.0123,
    vega: 0.0456,
    theta: -0.0789,
    rho: -0.0101,
    theo: (bid ?? 0) + 0.025,
    change: 0.01,
    open: traded,
    high: traded,
    low: traded,
    tick: 'no_change',
    last_trade_price: traded,
    last_trade_time: lastTradeTime,
    percent_change: 0.5,
    prev_day_close: 1.15,
  }
}

/** A whole answer. `data` replaces or adds fields beside `options`. */
export function cboePayload(symbol: string, marketDate: string, rows: unknown[], data: object = {}) {
  return {
    // When the file was made, in UTC: two days after the quotes, as on a weekend.
    timestamp: `${new Date(Date.parse(marketDate) + 2 * 86_400_000).toISOString().slice(0, 10)} 12:30:00`,
    data: {
      options: rows,
      symbol,
      security_type: 'stock',
      exchange_id: 2,
      current_price: 100,
      close: 99.8,
      iv30: 35.2,
      last_trade_time: `${marketDate}T15:59:58`,
      ...data,
    },
    symbol,
  }
}

export interface WheelCase {
  why: string
  /** What the default criteria say; null: kept. `OTHER_SIDE` is a call, which a scan of puts passes over. */
  verdict: RejectionReason | 'OTHER_SIDE' | null
  row: unknown
}

/** One row for each way a contract can fare, at `symbol` = 100 USD, each failing for one reason only. */
export function wheelCases(symbol: string, marketDate: string): WheelCase[] {
  const make = (why: string, verdict: WheelCase['verdict'], row: RowDescription): WheelCase => ({
    why,
    verdict,
    row: cboeRow(symbol, marketDate, row),
  })
  const raw = (why: string, row: unknown): WheelCase => ({ why, verdict: 'BAD_ROW', row })
  const good = { strike: 95, days: 14 }
  return [
    make('qualifies', null, good),
    make('qualifies on a fractional strike', null, { ...good, strike: 92.25 }),
    make('qualifies at the delta bound itself', null, { ...good, strike: 96, delta: -0.2 }),
    make('qualifies one day before it expires', null, { strike: 95, days: 1, bid: 0.12 }),
    make('qualifies 28 days before it expires', null, { strike: 95, days: 28, bid: 2.4 }),
    make('qualifies though it never traded', null, { ...good, strike: 94, lastTradeTime: null, volume: 0 }),
    make('qualifies with an unsolved volatility beside a delta', null, { ...good, strike: 93, iv: 0 }),
    make('pays just too little', 'RETURN_TOO_LOW', { ...good, strike: 91, bid: 1.0 }),
    make('is too likely to be assigned', 'DELTA_TOO_HIGH', { ...good, strike: 97, delta: -0.2001 }),
    make('has a delta of zero that means unsolved', 'DELTA_UNKNOWN', {
      ...good,
      strike: 90,
      delta: 0,
      iv: 0,
    }),
    make('has no delta', 'DELTA_UNKNOWN', { ...good, strike: 89, delta: null }),
    make('has the delta of a closed market', 'DELTA_UNKNOWN', { ...good, strike: 88, delta: -999 }),
    make('has no bidder', 'NO_BID', { ...good, strike: 87, bid: 0, ask: 0.05 }),
    make('has an unknown bid', 'NO_BID', { ...good, strike: 86, bid: null, ask: 0.05 }),
    make('is at the money', 'IN_THE_MONEY', { ...good, strike: 100 }),
    make('is in the money', 'IN_THE_MONEY', { ...good, strike: 101.5 }),
    make('expired yesterday', 'EXPIRATION_OUT_OF_RANGE', { strike: 95, days: -1 }),
    make('expires today', 'EXPIRATION_OUT_OF_RANGE', { strike: 95, days: 0 }),
    make('expires in 29 days', 'EXPIRATION_OUT_OF_RANGE', { strike: 95, days: 29, bid: 2.6 }),
    make('expires in a year', 'EXPIRATION_OUT_OF_RANGE', { strike: 95, days: 364, bid: 30 }),
    make('is adjusted', 'NON_STANDARD', { ...good, strike: 85, root: `${symbol}1` }),
    make('is a call', 'OTHER_SIDE', { ...good, side: 'C' }),
    raw('repeats a contract', cboeRow(symbol, marketDate, { ...good, bid: 9.99 })),
    raw('has a bid that is no number', {
      ...cboeRow(symbol, marketDate, { strike: 84, days: 14 }),
      bid: 'n/a',
    }),
    raw('expires on a day that does not exist', {
      ...cboeRow(symbol, marketDate, good),
      option: `${symbol}250230P00095000`,
    }),
    raw('names no contract', { ...cboeRow(symbol, marketDate, good), option: 'UnavailableUnavailable' }),
    raw('is not a row at all', null),
  ]
}

/** The answer that holds them all. */
export function wheelPayload(symbol = 'XYZ', marketDate = '2025-06-06') {
  return cboePayload(
    symbol,
    marketDate,
    wheelCases(symbol, marketDate).map((wheelCase) => wheelCase.row),
  )
}
