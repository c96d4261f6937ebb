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
import type { CachedScan } from './ports.ts'
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

/** Narrows what a scan kept; a missing or null member narrows nothing. Units as in `ScanCriteria`. */
export interface ScanFilter {
  symbols?: string[] | null | undefined
  ratings?: Rating[] | null | undefined
  minAnnualizedReturn?: number | null | undefined
  maxAbsDelta?: number | null | undefined
  minDaysToExpiration?: number | null | undefined
  maxDaysToExpiration?: number | null | undefined
}

export interface ScanView extends Position, ScanSummary {
  /** True when what is shown is incomplete because the cache is away or damaged. */
  degraded: boolean
  tickers: TickerView[]
  outcomes: TickerOutcome[]
}

/** Rows of another provider than `source` do not count: their prices are of another market. */
export function viewTickers(rows: TickerResult[], stocks: Stock[], source: string): TickerView[] {
  const bySymbol = new Map(stocks.map((stock) => [stock.symbol, stock]))
  return rows
    .filter((row) => row.source === source)
    .map((row) => {
      const stock = bySymbol.get(row.symbol) ?? null
      const value = stock === null ? null : intrinsicValueOf(stock)
      const options = row.options.map((contract) => ({
        ...contract,
        rating: ratingOf(contract.strike, value),
      }))
      return {
        ...row,
        stock,
        options,
        rating: tickerRating(
          row.options.map(({ strike }) => strike),
          value,
        ),
      }
    })
}

export function viewScan(cached: CachedScan, stocks: Stock[], source: string): ScanView {
  const { corrupt, tickers, ...rest } = cached
  return { ...rest, degraded: corrupt.length > 0, tickers: viewTickers(tickers, stocks, source) }
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

/** Tickers of which nothing is left are left out; a ticker keeps the rating of all its contracts. */
export function narrow(tickers: TickerView[], filter: ScanFilter): TickerView[] {
  const { symbols, ratings } = filter
  const passes = (contract: RatedContract) =>
    (ratings == null || ratings.includes(contract.rating)) &&
    contract.annualizedReturn >= (filter.minAnnualizedReturn ?? -Infinity) &&
    Math.abs(contract.delta) <= (filter.maxAbsDelta ?? Infinity) &&
    contract.daysToExpiration >= (filter.minDaysToExpiration ?? -Infinity) &&
    contract.daysToExpiration <= (filter.maxDaysToExpiration ?? Infinity)
  return tickers
    .filter((ticker) => symbols == null || symbols.includes(ticker.symbol))
    .map((ticker) => ({ ...ticker, options: ticker.options.filter(passes) }))
    .filter((ticker) => ticker.options.length > 0)
}
