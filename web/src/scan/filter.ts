/** What a person wants to see of the results. */
import type {
  ContractRowFragment,
  ExpirationKind,
  LiveTickerFragment,
  QualityGrade,
  Rating,
} from '../gql/graphql.ts'

interface BoundRule {
  of: (contract: ContractRowFragment) => number | null
  /** `least`: at least the bound; `most`: at most. */
  is: 'least' | 'most'
}

const rule = (is: BoundRule['is'], of: BoundRule['of']): BoundRule => ({ is, of })

/** Bounds are inclusive, and what is not known passes none; units as in the schema's `ScanFilter`. */
const boundRules = {
  minReturn: rule('least', ({ annualizedReturn }) => annualizedReturn),
  minDays: rule('least', ({ daysToExpiration }) => daysToExpiration),
  maxDays: rule('most', ({ daysToExpiration }) => daysToExpiration),
  minDelta: rule('least', ({ delta }) => Math.abs(delta)),
  maxDelta: rule('most', ({ delta }) => Math.abs(delta)),
  minOtm: rule('least', ({ otmPercent }) => otmPercent),
  maxSpread: rule('most', ({ spreadPercent }) => spreadPercent),
  minOpenInterest: rule('least', ({ openInterest }) => openInterest),
  minVolume: rule('least', ({ volume }) => volume),
  maxCollateral: rule('most', ({ collateral }) => collateral),
}

export type Bound = keyof typeof boundRules
export const bounds = Object.keys(boundRules) as Bound[]

export interface Filter extends Record<Bound, number | null> {
  /** Symbols or parts of names, separated by spaces or commas; any may match. */
  text: string
  /** Empty: all. */
  ratings: Rating[]
  /** `YYYY-MM-DD`. */
  expiration: string | null
  /** Empty: all. */
  kinds: ExpirationKind[]
  /** Empty: all. */
  grades: QualityGrade[]
}

export const ratings: readonly Rating[] = ['GOOD', 'HIGH', 'UNKNOWN']
export const expirationKinds: readonly ExpirationKind[] = ['WEEKLY', 'MONTHLY', 'QUARTERLY', 'LEAPS']
export const qualityGrades: readonly QualityGrade[] = ['A', 'B', 'C', 'D']

const noBounds = Object.fromEntries(bounds.map((bound) => [bound, null])) as Record<Bound, null>

export const noFilter: Filter = {
  text: '',
  ratings: [],
  expiration: null,
  kinds: [],
  grades: [],
  ...noBounds,
}

/** What stands behind "More filters", cleared. */
export const withoutMore = (filter: Filter): Filter => ({
  ...filter,
  ...noBounds,
  minReturn: filter.minReturn,
  kinds: [],
  grades: [],
})

/** How many of those behind "More filters" narrow something. */
export function countMore(filter: Filter): number {
  const set = bounds.filter((bound) => bound !== 'minReturn' && filter[bound] !== null).length
  return set + (filter.kinds.length > 0 ? 1 : 0) + (filter.grades.length > 0 ? 1 : 0)
}

/** How many filters narrow something; a row of choices is one. */
export function countFilters(filter: Filter): number {
  const { text, ratings, minReturn, expiration } = filter
  const set = [text.trim() !== '', ratings.length > 0, minReturn !== null, expiration !== null]
  return set.filter(Boolean).length + countMore(filter)
}

export const isFiltering = (filter: Filter): boolean => countFilters(filter) > 0

/**
 * Leaves out what does not pass, and tickers of which nothing is left. What has been looked at once is remembered: the
 * same ticker gives the same object again, so that only what changed is looked at, and drawn, again.
 */
export function narrowing(filter: Filter): (tickers: LiveTickerFragment[]) => LiveTickerFragment[] {
  if (!isFiltering(filter)) return (tickers) => tickers
  const terms = filter.text
    .toUpperCase()
    .split(/[\s,]+/)
    .filter(Boolean)
  const named = ({ symbol, stock }: LiveTickerFragment) =>
    terms.length === 0 ||
    terms.some((term) => symbol.startsWith(term) || (stock?.name ?? '').toUpperCase().includes(term))
  const narrowed = (ticker: LiveTickerFragment) => {
    if (!named(ticker)) return null
    const options = ticker.options.filter((one) => passes(one, filter))
    if (options.length === ticker.options.length) return ticker
    return options.length > 0 ? { ...ticker, options } : null
  }
  const known = new WeakMap<LiveTickerFragment, LiveTickerFragment | null>()
  return (tickers) =>
    tickers.flatMap((ticker) => {
      let left = known.get(ticker)
      if (left === undefined) known.set(ticker, (left = narrowed(ticker)))
      return left ?? []
    })
}

function passes(contract: ContractRowFragment, filter: Filter): boolean {
  return (
    among(filter.ratings, contract.rating) &&
    among(filter.kinds, contract.expirationKind) &&
    among(filter.grades, contract.quality.grade) &&
    (filter.expiration === null || contract.expiration === filter.expiration) &&
    bounds.every((bound) => isWithin(boundRules[bound], contract, filter[bound]))
  )
}

const among = <T>(wanted: T[], value: T) => wanted.length === 0 || wanted.includes(value)

function isWithin({ of, is }: BoundRule, contract: ContractRowFragment, bound: number | null): boolean {
  if (bound === null) return true
  const value = of(contract)
  return value !== null && (is === 'least' ? value >= bound : value <= bound)
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
