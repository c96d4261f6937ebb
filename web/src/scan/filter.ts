/** What a person wants to see of the results; kept in the address, so that it can be shared. */
import type { ContractRowFragment, LiveTickerFragment, Rating } from '../gql/graphql.ts'

export interface Filter {
  /** Symbols or parts of names, separated by spaces or commas; any may match. */
  text: string
  /** Empty: all. */
  ratings: Rating[]
  /** Percent a year. */
  minReturn: number | null
  /** `YYYY-MM-DD`. */
  expiration: string | null
}

export const noFilter: Filter = { text: '', ratings: [], minReturn: null, expiration: null }

export const ratings: readonly Rating[] = ['GOOD', 'HIGH', 'UNKNOWN']

export function readFilter(params: URLSearchParams): Filter {
  const asked = (params.get('rating') ?? '').toUpperCase().split(',')
  const minReturn = Number(params.get('return') || NaN)
  const expiration = params.get('expiration') ?? ''
  return {
    text: params.get('q') ?? '',
    ratings: ratings.filter((rating) => asked.includes(rating)),
    minReturn: Number.isFinite(minReturn) ? minReturn : null,
    expiration: /^\d{4}-\d{2}-\d{2}$/.test(expiration) ? expiration : null,
  }
}

/** The same address with another filter; other parameters stay. */
export function writeFilter(params: URLSearchParams, filter: Filter): URLSearchParams {
  const next = new URLSearchParams(params)
  const put = (name: string, value: string | null) => (value ? next.set(name, value) : next.delete(name))
  put('q', filter.text.trim())
  put('rating', filter.ratings.join(',').toLowerCase())
  put('return', filter.minReturn === null ? null : String(filter.minReturn))
  put('expiration', filter.expiration)
  return next
}

export function isFiltering({ text, ratings, minReturn, expiration }: Filter): boolean {
  return text.trim() !== '' || ratings.length > 0 || minReturn !== null || expiration !== null
}

/** Tickers of which nothing is left are left out. */
export function applyFilter(tickers: LiveTickerFragment[], filter: Filter): LiveTickerFragment[] {
  if (!isFiltering(filter)) return tickers
  const terms = filter.text
    .toUpperCase()
    .split(/[\s,]+/)
    .filter(Boolean)
  const passes = (contract: ContractRowFragment) =>
    (filter.ratings.length === 0 || filter.ratings.includes(contract.rating)) &&
    contract.annualizedReturn >= (filter.minReturn ?? -Infinity) &&
    (filter.expiration === null || contract.expiration === filter.expiration)
  const named = ({ symbol, stock }: LiveTickerFragment) =>
    terms.length === 0 ||
    terms.some((term) => symbol.startsWith(term) || (stock?.name ?? '').toUpperCase().includes(term))
  return tickers
    .filter(named)
    .map((ticker) => ({ ...ticker, options: ticker.options.filter(passes) }))
    .filter(({ options }) => options.length > 0)
}

/** Every expiration among the results, the nearest first. */
export function expirationsOf(tickers: LiveTickerFragment[]): string[] {
  return [
    ...new Set(tickers.flatMap(({ options }) => options.map(({ expiration }) => expiration))),
  ].toSorted()
}

export function countContracts(tickers: { options: unknown[] }[]): number {
  return tickers.reduce((sum, { options }) => sum + options.length, 0)
}
