/** What readers get: cached rows beside their stocks, rated, and narrowed to what a person asks for. */
import { UNAVAILABLE } from './messages.ts'
import type {
  KeptContract,
  Position,
  Rating,
  ScanSummary,
  Stock,
  TickerOutcome,
  TickerResult,
} from './model.ts'
import type { CachedScan, StockList } from './ports.ts'
import { intrinsicValueOf, ratingOf, tickerRating } from './rating.ts'

export interface RatedContract extends KeptContract {
  rating: Rating
}

export interface TickerView extends Omit<TickerResult, 'options'> {
  rating: Rating
  /** Null when the symbol is not an active stock of the list. */
  stock: Stock | null
  options: RatedContract[]
}

export interface ScanView extends Position, ScanSummary {
  /** True when what is shown is incomplete because the cache is away or damaged. */
  degraded: boolean
  tickers: TickerView[]
  outcomes: TickerOutcome[]
}

/** Rows of other providers than `sources` do not count: their prices are of another market. */
export function viewTickers(rows: TickerResult[], stocks: Stock[], sources: readonly string[]): TickerView[] {
  const bySymbol = new Map(stocks.map((stock) => [stock.symbol, stock]))
  return rows
    .filter((row) => sources.includes(row.source))
    .map((row) => viewTicker(row, bySymbol.get(row.symbol) ?? null))
}

/** By row: neither it nor its stock is ever changed, so of the same two there is one view. */
const views = new WeakMap<TickerResult, TickerView>()

function viewTicker(row: TickerResult, stock: Stock | null): TickerView {
  const known = views.get(row)
  if (known?.stock === stock) return known
  const value = stock === null ? null : intrinsicValueOf(stock)
  const strikes = row.options.map(({ strike }) => strike)
  const options = row.options.map((contract) => ({ ...contract, rating: ratingOf(contract.strike, value) }))
  const view = { ...row, stock, options, rating: tickerRating(strikes, value) }
  views.set(row, view)
  return view
}

/** What `viewScan` needs of the list: nothing, where nothing was found. */
export async function stocksBeside(
  { tickers, edition }: CachedScan,
  list: Pick<StockList, 'active'>,
): Promise<Stock[]> {
  return tickers.length === 0 ? [] : list.active(edition)
}

export function viewScan(cached: CachedScan, stocks: Stock[], sources: readonly string[]): ScanView {
  const { corrupt, tickers, edition: _edition, ...rest } = cached
  return { ...rest, degraded: corrupt.length > 0, tickers: viewTickers(tickers, stocks, sources) }
}

/** What is said while the cache is away. */
export const unavailableView: ScanView = {
  epoch: 'none',
  seq: 0,
  degraded: true,
  state: 'IDLE',
  scanInProgress: false,
  runId: null,
  lastRun: UNAVAILABLE,
  startedAt: null,
  finishedAt: null,
  progress: { done: 0, total: 0, current: [] },
  tickers: [],
  outcomes: [],
}
