/**
 * The vocabulary of the scanner, with its units, said once.
 *
 * - Prices are USD per share; `premium` and `collateral` are USD per contract of 100 shares.
 * - `annualizedReturn`, `otmPercent`, `spreadPercent` are percentages (31.5 means 31.5 %).
 * - `delta`, `impliedVolatility` and probabilities are fractions.
 * - Days are calendar days in New York. An `Instant` is ISO 8601 UTC with milliseconds (so instants sort as
 *   text), an `IsoDate` is `YYYY-MM-DD`, a duration is in milliseconds and ends in `Ms`.
 * - `null` means "not known". It is never a zero, and a zero is never a null.
 */

/** `YYYY-MM-DD`, a day in New York. */
export type IsoDate = string
/** ISO 8601 UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export type Instant = string

export type OptionSide = 'PUT' | 'CALL'

/** One contract as a vendor quotes it: read and typed, not yet judged. */
export interface OptionQuote {
  /** OCC symbol without padding, e.g. `AAPL250620P00190000`. Unique in a chain, unlike strike and date. */
  occSymbol: string
  /** The OCC root. A root ending in a digit (`AAPL1`) has an adjusted deliverable. */
  root: string
  side: OptionSide
  expiration: IsoDate
  strike: number
  /** Null when the vendor gives none; 0 means that nobody bids. */
  bid: number | null
  ask: number | null
  /** Signed (puts ≤ 0), as the vendor says it; `isKnownDelta` tells whether to believe it. */
  delta: number | null
  /** As the vendor says it: 0 is a vendor's way of saying "not solved", never a volatility. */
  impliedVolatility: number | null
  openInterest: number | null
  volume: number | null
  /** When the market made this row's bid and ask; null when the provider says it for the chain only, or not at all. */
  quotedAt: Instant | null
}

/** Who a contract's delta comes from: the provider, our own model, or nobody (delta is then unknown). */
export type GreeksSource = 'VENDOR' | 'MODEL' | 'NONE'

/** Derived from the calendar, never from a vendor's label. LEAPS: more than a year away when it was scanned. */
export type ExpirationKind = 'WEEKLY' | 'MONTHLY' | 'QUARTERLY' | 'LEAPS'

/** A stock's listed options at one moment, from one provider. */
export interface OptionChain {
  symbol: string
  /** Name of the provider that answered, e.g. `cboe`: with a list of providers, not always the first. */
  source: string
  /** Minutes between the market and these quotes; 0 is real time, null for simulated quotes. */
  delayMinutes: number | null
  underlyingPrice: number | null
  /** When the market made these quotes, not when they were fetched. */
  quotedAt: Instant | null
  quotes: OptionQuote[]
  /** Rows of the response that could not be read: counted, never guessed. */
  badRows: number
}

/** What makes a contract worth selling. Bounds are inclusive and compared unrounded. */
export interface ScanCriteria {
  side: OptionSide
  /** Percent a year, simple, on the strike, at the bid. */
  minAnnualizedReturn: number
  /** Fraction, 0 to 1. */
  maxAbsDelta: number
  minDaysToExpiration: number
  maxDaysToExpiration: number
  /** Percent of the mid; null: any spread. */
  maxSpreadPercent: number | null
  /** Contracts; 0: any. */
  minOpenInterest: number
}

/** Why a contract was not kept: the first of these that holds, in this order. */
export const rejectionReasons = [
  'BAD_ROW',
  'NON_STANDARD',
  'EXPIRATION_OUT_OF_RANGE',
  'IN_THE_MONEY',
  'NO_BID',
  'DELTA_UNKNOWN',
  'DELTA_TOO_HIGH',
  'RETURN_TOO_LOW',
  'SPREAD_TOO_WIDE',
  'OPEN_INTEREST_TOO_LOW',
] as const
export type RejectionReason = (typeof rejectionReasons)[number]
/** How many contracts were turned away for each reason; a reason that never held is absent. */
export type Rejections = Partial<Record<RejectionReason, number>>

/** A contract that one criterion alone kept out, and nearly let in. */
export interface NearMiss {
  occSymbol: string
  expiration: IsoDate
  strike: number
  /** The criterion. */
  reason: RejectionReason
  /** What the criterion asks, and what the contract has, in the criterion's own unit. */
  limit: number
  value: number
  /** How much looser the criterion would have to be: 0 not at all, 1 as much as still counts as near. */
  distance: number
}

/** What can be wrong with a row, the graver first: `quality.ts` says when each holds. */
export const qualityIssues = [
  'QUOTE_IN_FUTURE',
  'STALE_QUOTE',
  'CROSSED',
  'NO_ASK',
  'ZERO_BID',
  'OUTSIDE_ARBITRAGE_BOUNDS',
  'UNSOLVED_VOLATILITY',
  'DELTA_DISAGREES',
  'QUOTE_TIME_UNKNOWN',
  'WIDE_SPREAD',
  'MODEL_GREEKS',
  'NO_OPEN_INTEREST',
] as const
export type QualityIssue = (typeof qualityIssues)[number]

/** A: nothing wrong. B: mild issues only. C: one serious issue. D: several. */
export const qualityGrades = ['A', 'B', 'C', 'D'] as const
export type QualityGrade = (typeof qualityGrades)[number]

/** How far to trust a row. */
export interface Quality {
  grade: QualityGrade
  /** In the order of `qualityIssues`. */
  issues: QualityIssue[]
}

/** A contract that met every criterion, with its metrics as of the scan. */
export interface KeptContract {
  occSymbol: string
  side: OptionSide
  expiration: IsoDate
  expirationKind: ExpirationKind
  daysToExpiration: number
  strike: number
  bid: number
  ask: number | null
  mid: number | null
  spreadPercent: number | null
  delta: number
  impliedVolatility: number | null
  openInterest: number | null
  volume: number | null
  annualizedReturn: number
  otmPercent: number
  breakEven: number
  probabilityOtm: number | null
  probabilityOfProfit: number | null
  collateral: number
  premium: number
  /** Who `delta` comes from; never NONE for a contract that was kept. */
  greeksSource: GreeksSource
  quality: Quality
  /** When the market made bid and ask; null when the provider says it for the ticker only. */
  quotedAt: Instant | null
}

/** A ticker with at least one kept contract: what the cache stores under the ticker's symbol. */
export interface TickerResult {
  symbol: string
  /** Name of the provider that answered, e.g. `demo`, `cboe`. */
  source: string
  /** Minutes between the market and the quotes; 0 is real time, null for simulated quotes. */
  delayMinutes: number | null
  /** As of this scan, beside the contracts that were kept. */
  rejections: Rejections
  nearMisses: NearMiss[]
  scannedAt: Instant
  quotedAt: Instant | null
  underlyingPrice: number | null
  /** By expiration, then strike. Never empty. */
  options: KeptContract[]
}

/** What became of a ticker in the latest run. `message` is set exactly when it failed, for a person to read. */
export interface TickerOutcome {
  symbol: string
  contractsScreened: number
  contractsKept: number
  rejections: Rejections
  /** Nearest first; few. */
  nearMisses: NearMiss[]
  /** The stock's price as the scan saw it; null when the ticker failed. */
  price: SeenPrice | null
  message: string | null
}

/** A stock's price as a scan saw it. */
export interface SeenPrice {
  symbol: string
  price: number
  pricedAt: Instant
  /** Name of the provider. */
  source: string
}

export type ScanState = 'IDLE' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'INTERRUPTED'
/** How a run can end. */
export type EndState = Exclude<ScanState, 'IDLE' | 'RUNNING'>

export interface ScanProgress {
  done: number
  total: number
  /** Symbols being fetched at this moment, sorted. */
  current: string[]
}

/** A place in the history of the scanner's state. Another epoch, or a lower `seq` in the same one, is not comparable. */
export interface Position {
  /** Changes when the history was lost (a flushed Redis, a restarted in-process cache). */
  epoch: string
  /** Counts every change of an epoch, from 1. */
  seq: number
}

/** Names the stock list as it is: another one after each change of it. Null when that is not known. */
export type Edition = string | null

/** The small part of the state: everything but the rows. */
export interface ScanSummary {
  state: ScanState
  /** True while a run holds the lease. */
  scanInProgress: boolean
  runId: string | null
  /** The message that people read: see `messages.ts`. */
  lastRun: string
  startedAt: Instant | null
  finishedAt: Instant | null
  progress: ScanProgress
}

/** What is pushed at each change: small, and without rows. */
export interface ScanEvent extends Position, ScanSummary {
  /** Of the stock list. */
  edition: Edition
  /** When the change was made, by the clock of the process that made it. */
  at: Instant
  /** Symbols whose rows, or whose stock, changed. */
  changed: string[]
  removed: string[]
  /** The ticker that was just finished. */
  outcome: TickerOutcome | null
  /** The change is not described by this event: read the state again. */
  reset: boolean
}

export type Rating = 'GOOD' | 'HIGH' | 'UNKNOWN'
export type ValuationModel = 'EPS' | 'FCF'
/** Who an intrinsic value comes from. `DEMO` values count only beside simulated quotes. */
export type ValueSource = 'DEMO' | 'USER' | 'MODEL'

export interface IntrinsicValue {
  /** USD per share, above 0. */
  value: number
  source: ValueSource
}

/** A stock of the curated list. */
export interface Stock {
  id: string
  symbol: string
  name: string | null
  /** Inactive stocks are kept, but not scanned. */
  active: boolean
  notes: string
  intrinsicValueEps: IntrinsicValue | null
  intrinsicValueFcf: IntrinsicValue | null
  preferredModel: ValuationModel
  /** Last price that a scan saw, with the provider that gave it. */
  price: number | null
  pricedAt: Instant | null
  priceSource: string | null
  createdAt: Instant
  updatedAt: Instant
}
