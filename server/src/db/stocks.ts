/** The curated list of stocks. */
import type { StockChange, StockStore } from '../scan/curated-list.ts'
import { StockListError } from '../scan/errors.ts'
import type { IntrinsicValue, Stock } from '../scan/model.ts'
import type { StockList } from '../scan/ports.ts'
import type { Database } from './database.ts'
import type { Prisma, Stock as StockRow } from './generated/client.ts'

export interface StocksOptions {
  /** Whether quotes are made up: only then do made-up (DEMO) intrinsic values count. */
  simulated: boolean
  /** Names of the providers: prices of others are not shown, as if there were none. */
  sources: readonly string[]
}

/** @throws StockListError from `add` and `update`, with a sentence for the person who asked */
export interface Stocks extends StockList, StockStore {
  /** Sorted by symbol; with `active`, only the active or only the inactive ones. */
  list(filter?: { active?: boolean }): Promise<Stock[]>
  /** The answer is active. Symbols may be in lower case. */
  add(stock: { symbol: string; name: string | null }): Promise<Stock>
  /** A name of up to 200 characters (blank: none), notes of up to 10,000, values of up to 10,000,000 USD. */
  update(symbol: string, change: StockChange): Promise<Stock>
}

const badInput = (message: string): StockListError => new StockListError('BAD_INPUT', message)

const readSymbol = (text: string): string => {
  const symbol = text.trim().toUpperCase()
  if (!/^[A-Z]{1,5}(\.[A-Z])?$/.test(symbol))
    throw badInput('A symbol is one to five letters, perhaps with a class, like AAPL or BRK.B.')
  return symbol
}

/** Postgres' text has no room for the character 0. */
const isStorable = (text: string, maxLength: number): boolean =>
  text.length <= maxLength && !text.includes('\0')

const readName = (text: string | null): string | null => {
  const name = text?.trim() || null
  if (name && !isStorable(name, 200)) throw badInput('A name is text of at most 200 characters.')
  return name
}

const readNotes = (notes: string): string => {
  if (!isStorable(notes, 10_000)) throw badInput('Notes are text of at most 10,000 characters.')
  return notes
}

const readValue = (value: number | null): number | null => {
  if (value !== null && !(value > 0 && value <= 10_000_000))
    throw badInput('An intrinsic value is a price per share: above 0, and at most 10,000,000 USD.')
  return value
}

/** The source USER stays on a value that is cleared: it tells the seed to leave it so. */
const readChange = (change: StockChange): Prisma.StockUpdateManyMutationInput => ({
  ...(change.name !== undefined && { name: readName(change.name) }),
  ...(change.active !== undefined && { active: change.active }),
  ...(change.notes !== undefined && { notes: readNotes(change.notes) }),
  ...(change.preferredModel !== undefined && { preferredModel: change.preferredModel }),
  ...(change.intrinsicValueEps !== undefined && {
    intrinsicValueEps: readValue(change.intrinsicValueEps),
    intrinsicValueEpsSource: 'USER',
  }),
  ...(change.intrinsicValueFcf !== undefined && {
    intrinsicValueFcf: readValue(change.intrinsicValueFcf),
    intrinsicValueFcfSource: 'USER',
  }),
})

/** Not the database's order, which depends on its language. */
const bySymbol = (a: Stock, b: Stock): number => (a.symbol < b.symbol ? -1 : 1)

/** The list as it looks beside these providers' quotes. */
export function createStocks(
  { prisma, sql }: Pick<Database, 'prisma' | 'sql'>,
  { simulated, sources }: StocksOptions,
): Stocks {
  const toValue = (
    value: number | null,
    valueSource: StockRow['intrinsicValueEpsSource'],
  ): IntrinsicValue | null =>
    value === null || valueSource === null || (valueSource === 'DEMO' && !simulated)
      ? null
      : { value, source: valueSource }

  const toStock = (row: StockRow): Stock => {
    const isPriced = row.priceSource !== null && sources.includes(row.priceSource)
    return {
      id: row.id,
      symbol: row.symbol,
      name: row.name,
      active: row.active,
      notes: row.notes,
      intrinsicValueEps: toValue(row.intrinsicValueEps, row.intrinsicValueEpsSource),
      intrinsicValueFcf: toValue(row.intrinsicValueFcf, row.intrinsicValueFcfSource),
      preferredModel: row.preferredModel,
      price: isPriced ? row.price : null,
      pricedAt: isPriced ? (row.pricedAt?.toISOString() ?? null) : null,
      priceSource: isPriced ? row.priceSource : null,
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
    }
  }

  const all = async (): Promise<Stock[]> =>
    (await sql<StockRow>`SELECT * FROM stocks`).map(toStock).sort(bySymbol)
  const some = async (active: boolean): Promise<Stock[]> =>
    (await all()).filter((stock) => stock.active === active)

  return {
    active: () => some(true),

    list: ({ active } = {}) => (typeof active === 'boolean' ? some(active) : all()),

    add: async (stock) => {
      const symbol = readSymbol(stock.symbol)
      const name = readName(stock.name)
      const [added] = await prisma.stock.createManyAndReturn({
        data: { symbol, name },
        skipDuplicates: true,
      })
      if (added) return toStock(added)
      const { active } = await prisma.stock.findUniqueOrThrow({ where: { symbol } })
      throw new StockListError(
        'ALREADY_LISTED',
        active
          ? `${symbol} is already on the list.`
          : `${symbol} is already on the list, but inactive. Use updateStock to activate it.`,
      )
    },

    update: async (text, change) => {
      const symbol = readSymbol(text)
      const [updated] = await prisma.stock.updateManyAndReturn({
        where: { symbol },
        data: readChange(change),
      })
      if (!updated) throw new StockListError('NOT_FOUND', `${symbol} is not on the list.`)
      return toStock(updated)
    },

    // Past Prisma because it is one statement, and because Prisma would set `updated_at`, which is for people's changes.
    recordPrices: async (prices) => {
      if (prices.length === 0) return
      await sql`
        UPDATE stocks
        SET price = seen.price, priced_at = seen."pricedAt" AT TIME ZONE 'UTC', price_source = seen.source
        FROM jsonb_to_recordset(${JSON.stringify(prices)}::jsonb)
          AS seen(symbol text, price double precision, "pricedAt" timestamptz, source text)
        WHERE stocks.symbol = seen.symbol`
    },
  }
}
