/**
 * The stock list with a memory. An edition of it that was read already is not read again; and with the database away,
 * what this process knew of it last stays in use for 5 minutes.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Edition, Stock } from '../scan/model.ts'
import type { Clock } from '../scan/ports.ts'
import { isDatabaseAway, TOLERATED_MS } from './away.ts'
import type { Stocks } from './stocks.ts'

/** For what is changed past the application, milliseconds. */
const BELIEVED_MS = 60_000

export interface RememberedStocks extends Stocks {
  /** Somebody is about to ask for this edition: one that is not known is read meanwhile. */
  prepare(edition: Edition): void
}

/** Changes still need the database. Of a stock that has not changed, every answer has the same object. */
export function rememberStocks(stocks: Stocks, clock: Pick<Clock, 'now'>): RememberedStocks {
  /** The whole list as it was read last, with what was changed here since. */
  let known = new Map<string, Stock>()
  /** What has been read is of that one or of a later one. */
  let knownEdition: Edition = null
  let readAt = -Infinity
  /** Begun when its edition was there already. */
  let underWay: { edition: Edition; reading: Promise<Stock[]> } | null = null

  async function readAll(edition: Edition): Promise<Stock[]> {
    const at = clock.now()
    const all = await stocks.list()
    known = new Map(all.map((stock) => [stock.symbol, unchanged(stock) ?? stock]))
    knownEdition = edition
    readAt = at
    return [...known.values()]
  }

  function unchanged(stock: Stock): Stock | null {
    const before = known.get(stock.symbol)
    return before !== undefined && isDeepStrictEqual(before, stock) ? before : null
  }

  /** Those who ask for one edition share a reading. */
  function read(edition: Edition): Promise<Stock[]> {
    if (edition === null) return readAll(edition)
    if (underWay?.edition === edition) return underWay.reading
    const reading = readAll(edition).finally(() => {
      if (underWay?.reading === reading) underWay = null
    })
    underWay = { edition, reading }
    return reading
  }

  const recall = () => [...known.values()].toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1))

  /** @throws the database's error, when it says something else than that it is away, or the memory is too old */
  async function everything(edition: Edition = null): Promise<Stock[]> {
    const age = clock.now() - readAt
    if (edition !== null && edition === knownEdition && age <= BELIEVED_MS) return recall()
    try {
      return await read(edition)
    } catch (error) {
      if (!isDatabaseAway(error) || clock.now() - readAt > TOLERATED_MS) throw error
      return recall()
    }
  }

  function learned(stock: Stock): Stock {
    known.set(stock.symbol, stock)
    return stock
  }

  return {
    active: async (edition) => (await everything(edition)).filter((stock) => stock.active),
    list: async ({ active } = {}) =>
      (await everything()).filter((stock) => active === undefined || stock.active === active),
    add: async (stock) => learned(await stocks.add(stock)),
    update: async (symbol, change) => learned(await stocks.update(symbol, change)),
    recordPrices: stocks.recordPrices,
    // Whoever asks is told what is wrong.
    prepare: (edition) => void everything(edition).catch(() => {}),
  }
}
