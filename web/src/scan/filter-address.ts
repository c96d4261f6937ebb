/** The filter in the address, so that it can be shared. */
import { bounds, expirationKinds, qualityGrades, ratings, type Bound, type Filter } from './filter.ts'

const boundNames: Record<Bound, string> = {
  minReturn: 'return',
  minDays: 'min-days',
  maxDays: 'max-days',
  minDelta: 'min-delta',
  maxDelta: 'max-delta',
  minOtm: 'otm',
  maxSpread: 'spread',
  minOpenInterest: 'interest',
  minVolume: 'volume',
  maxCollateral: 'collateral',
}

/** What makes no sense there is left out. */
export function readFilter(params: URLSearchParams): Filter {
  const number = (name: string) => {
    const value = Number(params.get(name) || NaN)
    return Number.isFinite(value) ? value : null
  }
  const choice = <T extends string>(name: string, all: readonly T[]) => {
    const asked = (params.get(name) ?? '').toUpperCase().split(',')
    return all.filter((one) => asked.includes(one))
  }
  const expiration = params.get('expiration') ?? ''
  return {
    text: params.get('q') ?? '',
    ratings: choice('rating', ratings),
    expiration: /^\d{4}-\d{2}-\d{2}$/.test(expiration) ? expiration : null,
    kinds: choice('kind', expirationKinds),
    grades: choice('grade', qualityGrades),
    ...(Object.fromEntries(bounds.map((bound) => [bound, number(boundNames[bound])])) as Record<
      Bound,
      number | null
    >),
  }
}

/** The same address with another filter; other parameters stay. */
export function writeFilter(params: URLSearchParams, filter: Filter): URLSearchParams {
  const next = new URLSearchParams(params)
  const put = (name: string, value: string | null) => (value ? next.set(name, value) : next.delete(name))
  put('q', filter.text.trim())
  put('rating', filter.ratings.join(',').toLowerCase())
  put('expiration', filter.expiration)
  put('kind', filter.kinds.join(',').toLowerCase())
  put('grade', filter.grades.join(',').toLowerCase())
  for (const bound of bounds) put(boundNames[bound], filter[bound] === null ? null : String(filter[bound]))
  return next
}
