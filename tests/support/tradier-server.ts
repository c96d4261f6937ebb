/** A server on this machine that answers like Tradier: one-or-many, XML to who does not ask for JSON. Numbers are invented. */
import { startVendorServer, type VendorAnswer, type VendorServer } from './vendor-server.ts'

export type TradierRow = Record<string, unknown> & { symbol: string; expiration_date: string }

export interface TradierServer extends VendorServer {
  /** Answers for a symbol with these contracts and this price; a chain may also be a body as it is, by expiration. */
  serve(symbol: string, rows: TradierRow[], price?: number | null): void
  /** The body for one expiration, as it is. */
  serveChain(symbol: string, expiration: string, body: unknown): void
}

export const fault = (errorcode: string) => ({
  fault: { faultstring: 'Refused', detail: { errorcode } },
})

/** XYZ trades at 100 on 2025-06-06. */
export function tradierRow(symbol: string, row: Record<string, unknown> = {}): TradierRow {
  const [, root, date = '', letter, digits] = /^(\w+?)(\d{6})([CP])(\d{8})$/.exec(symbol) ?? []
  return {
    symbol,
    description: `${root} option`,
    exch: 'Z',
    type: 'option',
    last: null,
    change: null,
    volume: 7,
    bid: 1.2,
    ask: 1.26,
    underlying: 'XYZ',
    strike: Number(digits) / 1000,
    greeks: { delta: letter === 'P' ? -0.18 : 0.18, gamma: 0.01, mid_iv: 0.35, smv_vol: 0.34 },
    trade_date: 0,
    bid_date: Date.parse('2025-06-06T19:59:58Z'),
    ask_date: Date.parse('2025-06-06T19:59:59Z'),
    open_interest: 120,
    contract_size: 100,
    expiration_date: `20${date.slice(0, 2)}-${date.slice(2, 4)}-${date.slice(4)}`,
    expiration_type: 'weeklys',
    option_type: letter === 'P' ? 'put' : 'call',
    root_symbol: root,
    ...row,
  }
}

/** Several as a list, one as itself, none as nothing. */
const oneOrMany = (values: unknown[]) => (values.length > 1 ? values : values[0])

export async function startTradierServer(token = 'sandbox-token'): Promise<TradierServer> {
  const listed = new Map<string, { rows: TradierRow[]; price: number | null }>()
  const bodies = new Map<string, unknown>()
  let used = 0

  function answer(path: string, query: Record<string, string>): unknown {
    const symbol = query['symbol'] ?? query['symbols'] ?? ''
    const stock = listed.get(symbol)
    if (path === '/v1/markets/quotes') {
      if (!stock) return { quotes: { unmatched_symbols: { symbol } } }
      return { quotes: { quote: { symbol, type: 'stock', last: stock.price, bid: null, ask: null } } }
    }
    if (path === '/v1/markets/options/expirations') {
      const dates = [...new Set(stock?.rows.map((row) => row.expiration_date))]
      return { expirations: dates.length === 0 ? null : { date: oneOrMany(dates) } }
    }
    const expiration = query['expiration'] ?? ''
    const body = bodies.get(`${symbol} ${expiration}`)
    if (body !== undefined) return body
    const rows = stock?.rows.filter((row) => row.expiration_date === expiration) ?? []
    const greeks = query['greeks'] === 'true'
    const sent = rows.map((row) => (greeks ? row : { ...row, greeks: undefined }))
    return { options: rows.length === 0 ? null : { option: oneOrMany(sent) } }
  }

  const server = await startVendorServer(({ path, query, headers }): VendorAnswer => {
    used += 1
    const limits = {
      'x-ratelimit-allowed': '60',
      'x-ratelimit-used': String(used),
      'x-ratelimit-available': String(Math.max(0, 60 - used)),
      'x-ratelimit-expiry': String(Date.now() + 60_000),
    }
    if (headers.authorization !== `Bearer ${token}`) {
      return { status: 401, body: fault('keymanagement.service.invalid_access_token'), headers: limits }
    }
    if (headers.accept !== 'application/json') {
      return { status: 200, body: '<?xml version="1.0"?><options/>', headers: limits }
    }
    return { status: 200, body: answer(path, query), headers: limits }
  })

  return {
    ...server,
    serve: (symbol, rows, price = 100) => void listed.set(symbol, { rows, price }),
    serveChain: (symbol, expiration, body) => void bodies.set(`${symbol} ${expiration}`, body),
  }
}
