/**
 * Reads Tradier's answers. What is a list in one answer is a single thing in the next, when it is one only, and null
 * when it is none.
 */
import * as z from 'zod/mini'
import { MarketDataError } from '../../scan/errors.ts'
import type { IsoDate, OptionQuote } from '../../scan/model.ts'
import { instantFromEpoch } from '../epoch.ts'
import { parseOccSymbol } from '../occ-symbol.ts'

const expirationDate = z.iso.date()
const expirationsAnswer = z.object({
  expirations: z.nullable(
    z.object({
      date: z.optional(z.unknown()),
      // In place of `date`, when more than dates was asked for.
      expiration: z.optional(z.unknown()),
    }),
  ),
})

/**
 * Ascending; empty when the symbol has no options, or is none.
 * @throws MarketDataError
 */
export function readExpirations(payload: unknown): IsoDate[] {
  const { data } = expirationsAnswer.safeParse(refuseFault(payload))
  if (!data) throw unreadable()
  const { date, expiration } = data.expirations ?? {}
  const dates = [
    ...listOf(date),
    ...listOf(expiration).map((entry) => (entry as { date?: unknown } | null)?.date),
  ]
  const parsed = z.array(expirationDate).safeParse(dates)
  // A date that cannot be read would be an expiration that nobody misses.
  if (!parsed.success) throw unreadable()
  return [...new Set(parsed.data)].sort()
}

const quotesAnswer = z.object({ quotes: z.nullable(z.object({ quote: z.optional(z.unknown()) })) })
const stockQuote = z.object({ symbol: z.string(), last: z.nullish(z.number()) })

/**
 * The last price of the stock; null when it has none, or is not known.
 * @throws MarketDataError
 */
export function readStockPrice(symbol: string, payload: unknown): number | null {
  const { data } = quotesAnswer.safeParse(refuseFault(payload))
  if (!data) throw unreadable()
  for (const entry of listOf(data.quotes?.quote)) {
    const quote = stockQuote.safeParse(entry).data
    if (!quote) throw unreadable()
    if (isSameSymbol(quote.symbol, symbol)) return quote.last != null && quote.last > 0 ? quote.last : null
  }
  return null
}

const chainAnswer = z.object({ options: z.nullable(z.object({ option: z.unknown() })) })
const price = z.nullish(z.number().check(z.minimum(0)))
const figure = z.nullish(z.number())
const optionRow = z.object({
  symbol: z.string(),
  underlying: z.nullish(z.string()),
  root_symbol: z.nullish(z.string()),
  option_type: z.nullish(z.enum(['call', 'put'])),
  strike: figure,
  expiration_date: z.nullish(z.string()),
  contract_size: figure,
  bid: price,
  ask: price,
  /** Milliseconds since 1970; 0: never. */
  bid_date: figure,
  ask_date: figure,
  open_interest: price,
  volume: price,
  greeks: z.nullish(z.object({ delta: figure, mid_iv: figure, smv_vol: figure })),
})
type OptionRow = z.infer<typeof optionRow>

export interface ReadRows {
  quotes: OptionQuote[]
  /** Rows in the answer, readable or not. */
  rows: number
}

/**
 * The contracts of one expiration, or none.
 * @throws MarketDataError when it is not a chain, or not that of `symbol`
 */
export function readChain(symbol: string, payload: unknown): ReadRows {
  const { data } = chainAnswer.safeParse(refuseFault(payload))
  if (!data) throw unreadable()
  const items = listOf(data.options?.option)
  const quotes: OptionQuote[] = []
  for (const item of items) {
    const row = optionRow.safeParse(item).data
    if (!row) continue
    if (row.underlying != null && !isSameSymbol(row.underlying, symbol)) {
      throw bad(`Tradier was asked for ${symbol} and answered for another symbol.`)
    }
    const quote = readQuote(row)
    if (quote !== null) quotes.push(quote)
  }
  if (items.length > 0 && quotes.length === 0) throw unreadable()
  return { quotes, rows: items.length }
}

/** Null when the row is not about the contract that it names. */
function readQuote(row: OptionRow): OptionQuote | null {
  const contract = parseOccSymbol(row.symbol)
  if (contract === null) return null
  const { root, side, expiration, strike } = contract
  if (row.root_symbol != null && row.root_symbol !== root) return null
  if (row.option_type != null && (row.option_type === 'put') !== (side === 'PUT')) return null
  if (row.expiration_date != null && row.expiration_date !== expiration) return null
  if (row.strike != null && Math.abs(row.strike - strike) > 0.0005) return null
  // A contract for another number of shares has a root that ends in a digit. One that has not contradicts itself.
  if (row.contract_size != null && row.contract_size !== 100 && !/\d$/.test(root)) return null
  return {
    occSymbol: row.symbol.replaceAll(' ', ''),
    root,
    side,
    expiration,
    strike,
    bid: row.bid ?? null,
    ask: row.ask ?? null,
    delta: row.greeks?.delta ?? null,
    impliedVolatility: volatilityOf(row.greeks),
    openInterest: row.open_interest ?? null,
    volume: row.volume ?? null,
    // The quote is as old as the older of its sides.
    quotedAt: instantFromEpoch(Math.min(row.bid_date ?? 0, row.ask_date ?? 0)),
  }
}

/** That of the mid, where it could be solved; else that of Tradier's smoothed surface. 0 is none. */
function volatilityOf(greeks: OptionRow['greeks']): number | null {
  return [greeks?.mid_iv, greeks?.smv_vol].find((value) => value != null && value > 0) ?? null
}

/** Its gateway's refusals, should they come with a status that promises data. */
function refuseFault(payload: unknown): unknown {
  if (typeof payload === 'object' && payload !== null && ('fault' in payload || 'errors' in payload)) {
    // The text may repeat our request.
    throw bad('Tradier answered with an error instead of data.')
  }
  return payload
}

function listOf(value: unknown): unknown[] {
  return value == null ? [] : Array.isArray(value) ? value : [value]
}

/** `BRK/B`, `BRK.B` and `BRK-B` are one. */
function isSameSymbol(one: string, other: string): boolean {
  const letters = (symbol: string) => symbol.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')
  return letters(one) === letters(other)
}

function bad(message: string): MarketDataError {
  return new MarketDataError('BAD_RESPONSE', message)
}

function unreadable(): MarketDataError {
  return bad('Tradier answered in a form that we cannot read.')
}
