/** The list of stocks as people edit it: every change is announced, since ratings show it at once. */
import { createAnnouncer } from './announcer.ts'
import type { Edition, Stock, ValuationModel } from './model.ts'
import type { Log, ScanCache } from './ports.ts'

/** Only the members that are given are changed; a null value forgets the value. */
export interface StockChange {
  name?: string | null
  active?: boolean
  notes?: string
  preferredModel?: ValuationModel
  /** USD per share, above 0. */
  intrinsicValueEps?: number | null
  intrinsicValueFcf?: number | null
}

/** Where the list is kept. @throws StockListError from `add` and `update` */
export interface StockStore {
  /** Sorted by symbol. */
  list(filter: { active?: boolean }): Promise<Stock[]>
  add(stock: { symbol: string; name: string | null }): Promise<Stock>
  update(symbol: string, change: StockChange): Promise<Stock>
}

export type CuratedList = StockStore

export function createCuratedList(
  store: StockStore,
  cache: Pick<ScanCache, 'announceStocks'>,
  prepare: (edition: Edition) => void,
  log: Log,
): CuratedList {
  const announce = createAnnouncer(async (symbols) => prepare(await cache.announceStocks(symbols)), log)

  async function announced(stock: Stock): Promise<Stock> {
    await announce([stock.symbol])
    return stock
  }
  return {
    list: (filter) => store.list(filter),
    add: async (stock) => announced(await store.add(stock)),
    update: async (symbol, change) => announced(await store.update(symbol, change)),
  }
}
