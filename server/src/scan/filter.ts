/** A person's narrowing of what the scan kept: it never widens the installation's criteria. */
import type { ExpirationKind, OptionSide, QualityGrade, Rating } from './model.ts'
import type { RatedContract, TickerView } from './view.ts'

/** A missing or null member narrows nothing. Bounds are inclusive; units as in `ScanCriteria` and `KeptContract`. */
export interface ScanFilter {
  symbols?: Given<string[]>
  ratings?: Given<Rating[]>
  sides?: Given<OptionSide[]>
  expirationKinds?: Given<ExpirationKind[]>
  minAnnualizedReturn?: Given<number>
  minAbsDelta?: Given<number>
  maxAbsDelta?: Given<number>
  minDaysToExpiration?: Given<number>
  maxDaysToExpiration?: Given<number>
  minOtmPercent?: Given<number>
  maxSpreadPercent?: Given<number>
  minOpenInterest?: Given<number>
  minVolume?: Given<number>
  maxCollateral?: Given<number>
  qualities?: Given<QualityGrade[]>
}

type Given<T> = T | null | undefined

/** Tickers of which nothing is left are left out; a ticker keeps the rating of all its contracts. */
export function narrow(tickers: TickerView[], filter: ScanFilter): TickerView[] {
  return tickers
    .filter(({ symbol }) => includes(filter.symbols, symbol))
    .map((ticker) =>
      withOptions(
        ticker,
        ticker.options.filter((contract) => passes(contract, filter)),
      ),
    )
    .filter(({ options }) => options.length > 0)
}

/** The same ticker when it keeps them all. */
const withOptions = (ticker: TickerView, options: RatedContract[]): TickerView =>
  options.length === ticker.options.length ? ticker : { ...ticker, options }

function passes(contract: RatedContract, filter: ScanFilter): boolean {
  return (
    includes(filter.ratings, contract.rating) &&
    includes(filter.sides, contract.side) &&
    includes(filter.qualities, contract.quality.grade) &&
    includes(filter.expirationKinds, contract.expirationKind) &&
    within(contract.annualizedReturn, filter.minAnnualizedReturn, null) &&
    within(Math.abs(contract.delta), filter.minAbsDelta, filter.maxAbsDelta) &&
    within(contract.daysToExpiration, filter.minDaysToExpiration, filter.maxDaysToExpiration) &&
    within(contract.otmPercent, filter.minOtmPercent, null) &&
    within(contract.spreadPercent, null, filter.maxSpreadPercent) &&
    within(contract.openInterest, filter.minOpenInterest, null) &&
    within(contract.volume, filter.minVolume, null) &&
    within(contract.collateral, null, filter.maxCollateral)
  )
}

function includes<T>(wanted: Given<T[]>, value: T): boolean {
  return wanted == null || wanted.includes(value)
}

/** What is not known passes no bound. */
function within(value: number | null, min: Given<number>, max: Given<number>): boolean {
  if (min == null && max == null) return true
  return value !== null && value >= (min ?? -Infinity) && value <= (max ?? Infinity)
}
