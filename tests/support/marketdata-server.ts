/** A server on this machine that answers like marketdata.app, filters and credits included. Numbers are invented. */
import { startVendorServer, type VendorAnswer, type VendorServer } from './vendor-server.ts'

/** One contract, by the names of the vendor's columns. */
export type MarketDataRow = Record<string, unknown> & { optionSymbol: string }

export interface MarketDataServer extends VendorServer {
  /** Answers for a symbol with these contracts, as far as they pass the filters; or with a body as it is. */
  serve(symbol: string, chain: MarketDataRow[] | object | Buffer): void
}

/** When the vendor's credits are renewed: 9:30 in New York. */
export const creditsReset = Date.parse('2025-06-09T13:30:00Z')

/** XYZ trades at 100 on 2025-06-06. Expires in New York at 16:00. */
export function marketDataRow(optionSymbol: string, row: Record<string, unknown> = {}): MarketDataRow {
  const [, date = '', letter, digits] = /(\d{6})([CP])(\d{8})$/.exec(optionSymbol) ?? []
  const day = `20${date.slice(0, 2)}-${date.slice(2, 4)}-${date.slice(4)}`
  const strike = Number(digits) / 1000
  return {
    optionSymbol,
    underlying: 'XYZ',
    expiration: Date.parse(`${day}T20:00:00Z`) / 1000,
    side: letter === 'P' ? 'put' : 'call',
    strike,
    firstTraded: 1_700_000_000,
    dte: 14,
    updated: Date.parse('2025-06-06T19:44:58Z') / 1000,
    bid: 1.2,
    bidSize: 10,
    mid: 1.23,
    ask: 1.26,
    askSize: 12,
    last: 1.21,
    openInterest: 120,
    volume: 7,
    inTheMoney: letter === 'P' ? strike > 100 : strike < 100,
    intrinsicValue: 0,
    extrinsicValue: 1.23,
    underlyingPrice: 100,
    iv: 0.35,
    delta: letter === 'P' ? -0.18 : 0.18,
    gamma: 0.01,
    theta: -0.05,
    vega: 0.08,
    ...row,
  }
}

/** Rows as the vendor sends them: a column for each name of the first row. */
export function marketDataBody(rows: MarketDataRow[]): Record<string, unknown> {
  const names = Object.keys(rows[0] ?? {})
  const columns = names.map((name) => [name, rows.map((row) => row[name])] as const)
  return { s: 'ok', ...Object.fromEntries(columns) }
}

/** @param credits what is left of the day */
export async function startMarketDataServer(credits = 10_000): Promise<MarketDataServer> {
  const chains = new Map<string, MarketDataRow[] | object | Buffer>()
  let left = credits
  const limits = (consumed: number) => ({
    'x-api-ratelimit-limit': String(credits),
    'x-api-ratelimit-remaining': String(left),
    'x-api-ratelimit-reset': String(creditsReset / 1000),
    'x-api-ratelimit-consumed': String(consumed),
  })

  const server = await startVendorServer(({ path, query }): VendorAnswer => {
    const symbol = /^\/v1\/options\/chain\/([^/]+)\/$/.exec(path)?.[1]
    const chain = symbol === undefined ? undefined : chains.get(decodeURIComponent(symbol))
    const none = { status: 404, body: { s: 'no_data', nextTime: null, prevTime: null }, headers: limits(0) }
    if (left <= 0) {
      const errmsg = 'API credit limit reached for current window.'
      return { status: 429, body: { s: 'error', errmsg }, headers: limits(0) }
    }
    if (chain === undefined) return none
    if (!Array.isArray(chain)) return { status: 200, body: chain, headers: limits(0) }
    const rows = (chain as MarketDataRow[]).filter((row) => passes(row, query))
    if (rows.length === 0) return none
    left -= rows.length
    // 203 is what comes from its cache.
    return { status: 203, body: marketDataBody(rows), headers: limits(rows.length) }
  })

  return { ...server, serve: (symbol, chain) => void chains.set(symbol, chain) }
}

function passes(row: MarketDataRow, query: Record<string, string>): boolean {
  const day = new Date(Number(row['expiration']) * 1000).toISOString().slice(0, 10)
  if (query['side'] !== undefined && row['side'] !== query['side']) return false
  if (query['range'] === 'otm' && row['inTheMoney'] === true) return false
  // Left out, the vendor picks one expiration. It has documented `to` as exclusive, too.
  if (query['from'] === undefined || query['to'] === undefined) return day === '2025-06-20'
  return day >= query['from'] && day < query['to']
}
