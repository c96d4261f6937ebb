/** Reads marketdata.app's chains: columns side by side, a contract in the same place of each. */
import * as z from 'zod/mini'
import { MarketDataError } from '../../scan/errors.ts'
import type { IsoDate, OptionChain, OptionQuote } from '../../scan/model.ts'
import { newYorkDate } from '../../scan/new-york.ts'
import { instantFromEpoch, newestQuote } from '../epoch.ts'
import { parseOccSymbol } from '../occ-symbol.ts'

/** Absent and null are both "not known": the vendor leaves columns out, and fills others with null. */
const price = z.nullish(z.number().check(z.minimum(0)))
const figure = z.nullish(z.number())
const row = z.object({
  optionSymbol: z.string(),
  underlying: z.nullish(z.string()),
  side: z.nullish(z.enum(['call', 'put'])),
  strike: figure,
  /** Seconds since 1970: the close of the contract's last day. */
  expiration: figure,
  /** Seconds since 1970. */
  updated: figure,
  bid: price,
  ask: price,
  openInterest: price,
  volume: price,
  underlyingPrice: figure,
  iv: figure,
  delta: figure,
})
type Row = z.infer<typeof row>
const columnNames = Object.keys(row.shape)

const envelope = z.looseObject({ s: z.string(), errmsg: z.nullish(z.string()) })

/**
 * The payload as a chain, or null when the vendor says that there is nothing to list.
 * @throws MarketDataError when it is not a chain, or not that of `symbol`
 */
export function readMarketDataChain(
  symbol: string,
  payload: unknown,
  delayMinutes: number,
): OptionChain | null {
  const { data: body } = envelope.safeParse(payload)
  if (!body) throw unreadable()
  // The second is how it says the same of a filter that nothing passes.
  if (body.s === 'no_data' || body.errmsg?.startsWith('No option found')) return null
  // Whatever the status: an error that is taken for data hides what went wrong. Its text may repeat our request.
  if (body.s !== 'ok') throw bad('marketdata.app answered with an error instead of option quotes.')

  const items = rowsOf(body)
  if (items.length === 0) return null
  const rows: Row[] = []
  const quotes: OptionQuote[] = []
  const seen = new Set<string>()
  for (const item of items) {
    const { data } = row.safeParse(item)
    if (!data) continue
    if (data.underlying != null && lettersOf(data.underlying) !== lettersOf(symbol)) {
      throw bad(`marketdata.app was asked for ${symbol} and answered for another symbol.`)
    }
    const quote = readQuote(data)
    if (quote === null || seen.has(quote.occSymbol)) continue
    seen.add(quote.occSymbol)
    quotes.push(quote)
    rows.push(data)
  }
  if (quotes.length === 0) throw unreadable()

  return {
    symbol,
    source: 'marketdata',
    delayMinutes,
    underlyingPrice: newestPrice(rows),
    quotedAt: newestQuote(quotes),
    quotes,
    badRows: items.length - quotes.length,
  }
}

/**
 * Columns of different lengths cannot be put side by side: there is no telling which entry is missing, and every
 * contract after it would get another's numbers. The vendor's own sample is like that.
 */
function rowsOf(body: Record<string, unknown>): Record<string, unknown>[] {
  const columns = Object.entries(body).filter((entry): entry is [string, unknown[]] =>
    Array.isArray(entry[1]),
  )
  const names = columns.find(([name]) => name === 'optionSymbol')?.[1]
  if (names === undefined || columnNames.some((name) => name in body && !Array.isArray(body[name]))) {
    throw unreadable()
  }
  if (columns.some(([, entries]) => entries.length !== names.length)) {
    throw bad('marketdata.app answered with columns of different lengths, so its rows cannot be told apart.')
  }
  const wanted = columns.filter(([name]) => columnNames.includes(name))
  return names.map((_, place) => Object.fromEntries(wanted.map(([name, entries]) => [name, entries[place]])))
}

/** Null when the row is not about the contract that it names. */
function readQuote(data: Row): OptionQuote | null {
  const contract = parseOccSymbol(data.optionSymbol)
  if (contract === null) return null
  const { root, side, expiration, strike } = contract
  if (data.side != null && (data.side === 'put') !== (side === 'PUT')) return null
  if (data.strike != null && Math.abs(data.strike - strike) > 0.0005) return null
  if (data.expiration != null && dayOf(data.expiration) !== expiration) return null
  return {
    occSymbol: data.optionSymbol.replaceAll(' ', ''),
    root,
    side,
    expiration,
    strike,
    bid: data.bid ?? null,
    ask: data.ask ?? null,
    delta: data.delta ?? null,
    impliedVolatility: data.iv ?? null,
    openInterest: data.openInterest ?? null,
    volume: data.volume ?? null,
    quotedAt: instantFromEpoch(data.updated == null ? null : data.updated * 1000),
  }
}

/** The stock's price comes with each row, as of that row's time: the newest counts. */
function newestPrice(rows: Row[]): number | null {
  let newest: Row | null = null
  for (const candidate of rows) {
    if (candidate.underlyingPrice == null || candidate.underlyingPrice <= 0) continue
    if (newest === null || (candidate.updated ?? 0) > (newest.updated ?? 0)) newest = candidate
  }
  return newest?.underlyingPrice ?? null
}

/** In New York, where 16:00 is the same day all year round. */
function dayOf(seconds: number): IsoDate | null {
  const instant = instantFromEpoch(seconds * 1000)
  return instant && newYorkDate(Date.parse(instant))
}

function lettersOf(symbol: string): string {
  return symbol.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')
}

function bad(message: string): MarketDataError {
  return new MarketDataError('BAD_RESPONSE', message)
}

function unreadable(): MarketDataError {
  return bad('marketdata.app answered in a form that we cannot read.')
}
