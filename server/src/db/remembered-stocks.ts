/** The stock list with a memory: with the database away, what this process knew of it last stays in use for 5 minutes. */
import type { Stock } from '../scan/model.ts'
import type { Clock } from '../scan/ports.ts'
import { isDatabaseAway, TOLERATED_MS } from './away.ts'
import type { Stocks } from './stocks.ts'

/** A process that reads single stocks only reads the whole list again after this long, milliseconds. */
const REREAD_MS = 60_000

/** Changes still need the database. */
export function rememberStocks(stocks: Stocks, clock: Pick<Clock, 'now'>): Stocks {
  /** The whole list, with whatever has been read of it since. */
  let known = new Map<string, Stock>()
  let readAt = -Infinity

  async function readAll(): Promise<Stock[]> {
    const at = clock.now()
    const all = await stocks.list()
    known = new Map(all.map((stock) => [stock.symbol, stock]))
    readAt = at
    return all
  }

  /** @throws the error, when it says something else, or the memory is too old */
  function recall(error: unknown): Stock[] {
    if (!isDatabaseAway(error) || clock.now() - readAt > TOLERATED_MS) throw error
    return [...known.values()].toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1))
  }

  const everything = () => readAll().catch(recall)

  function learn(symbols: string[], active: Stock[]): void {
    for (const symbol of symbols) {
      const stock = known.get(symbol)
      if (stock !== undefined) known.set(symbol, { ...stock, active: false })
    }
    for (const stock of active) known.set(stock.symbol, stock)
    if (clock.now() - readAt > REREAD_MS) void readAll().catch(() => {})
  }

  function learned(stock: Stock): Stock {
    known.set(stock.symbol, stock)
    return stock
  }

  return {
    async active(symbols) {
      if (symbols === undefined) return (await everything()).filter((stock) => stock.active)
      try {
        const found = await stocks.active(symbols)
        learn(symbols, found)
        return found
      } catch (error) {
        return recall(error).filter((stock) => stock.active && symbols.includes(stock.symbol))
      }
    },
    list: async ({ active } = {}) =>
      (await everything()).filter((stock) => active === undefined || stock.active === active),
    add: async (stock) => learned(await stocks.add(stock)),
    update: async (symbol, change) => learned(await stocks.update(symbol, change)),
    recordPrices: stocks.recordPrices,
  }
}
