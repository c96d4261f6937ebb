/** What the scanner needs from the world. The edges (`market/`, `cache/`, `events/`, `db/`) fill these in. */
import type {
  EndState,
  Instant,
  OptionChain,
  Position,
  ScanCriteria,
  ScanEvent,
  ScanSummary,
  Stock,
  TickerOutcome,
  TickerResult,
} from './model.ts'

export interface Clock {
  /** Milliseconds since 1970: leases, time-outs, TTLs, durations. Never frozen. */
  now(): number
  /** Milliseconds since 1970 of the market clock: trading day, market hours, messages. `CLOCK_AT` freezes it. */
  marketNow(): number
}

/** How fast a provider may be asked; null where it sets no limit, or publishes none. */
export interface PaceLimits {
  /** Requests. */
  perSecond: number | null
  /** Requests. */
  perMinute: number | null
  /** Requests under way at once. */
  concurrent: number | null
}

/** What asking for some symbols will take. */
export interface Forecast {
  /** Name of the provider that is asked first. */
  provider: string
  /** Names of those that are asked, in this order, for what it cannot give. */
  fallbacks: string[]
  requests: number
  /** What the provider takes from the day's budget; null when it counts nothing. */
  credits: number | null
  limits: PaceLimits
  /** What is left of the day's budget, in credits (in requests where `credits` is null); null when nothing counts. */
  budgetRemaining: number | null
}

/** Where quotes come from. */
export interface MarketData {
  /** Short and lower case, e.g. `cboe`; of several providers, in order, `marketdata+cboe`. Stored with each run. */
  readonly name: string
  /** Names of the providers that may answer; each chain and each row says which one did. */
  readonly sources: readonly string[]
  /** One line for people: who, how delayed, e.g. `Cboe, delayed 15 minutes`. */
  readonly description: string
  /** True when the quotes are made up. */
  readonly simulated: boolean
  /** Why no scan can start now (for a person), or null when one can. */
  unavailable(): string | null
  /** Asks no provider. Never too low, as far as can be known. */
  forecast(symbols: number, criteria: ScanCriteria): Promise<Forecast>
  /**
   * The listed options of a stock. At least the contracts out of the money on the criteria's side, between its
   * days to expiration; a provider that sends more is fine.
   * @throws MarketDataError with a sentence for a person
   * @throws the signal's reason, once it is aborted
   */
  fetchChain(symbol: string, criteria: ScanCriteria, signal: AbortSignal): Promise<OptionChain>
}

/** Exchange hours, by the clock at each call. */
export interface MarketHours {
  isOpen(): boolean
  /** The next opening of the exchange; null when it is open. */
  opensAt(): Instant | null
}

export interface RunClaim {
  runId: string
  startedAt: Instant
  /** The symbols to scan. */
  symbols: string[]
  /** Symbols of stored rows that cannot be read: dropped, so that the scan heals them. */
  corrupt: string[]
}

export interface RunEnd {
  state: EndState
  lastRun: string
  finishedAt: Instant
  /** When given, rows of other symbols are removed: the list at the end of a completed run. */
  keep: string[] | null
}

/** Everything that is kept, as of one moment. */
export interface CachedScan extends Position, ScanSummary {
  /** Sorted by symbol; rows over their age are left out. */
  tickers: TickerResult[]
  /** Of the latest run, sorted by symbol. */
  outcomes: TickerOutcome[]
  /** Symbols (or, for a whole key, its name) whose stored text could not be read. Empty when all is well. */
  corrupt: string[]
}

/**
 * Results and status, for 45 minutes, and the lease that makes a scan the only one. Every write is atomic, numbers
 * itself and publishes one `ScanEvent`; a write of a run that no longer holds the lease changes nothing and
 * answers false.
 * @throws CacheUnavailable from every method, within a second
 */
export interface ScanCache {
  /** One round trip, whatever the number of tickers. */
  read(): Promise<CachedScan>
  /** The rows of these symbols, unknown and over-age ones left out. One round trip. */
  readTickers(symbols: string[]): Promise<TickerResult[]>
  position(): Promise<Position>
  /** Takes the lease and starts the run's status; false when another run holds it. */
  claim(run: RunClaim): Promise<boolean>
  /** Extends the lease. Publishes nothing. */
  renew(runId: string): Promise<boolean>
  /** A ticker is being fetched. */
  begin(runId: string, symbol: string): Promise<boolean>
  /**
   * A ticker is done: `result` replaces its row; null removes the row, unless the outcome is a failure, which keeps
   * the old one. A symbol that the run has already committed is ignored (and answers true).
   */
  commit(runId: string, outcome: TickerOutcome, result: TickerResult | null): Promise<boolean>
  /** Ends the run and releases the lease. */
  finish(runId: string, end: RunEnd): Promise<boolean>
  /**
   * Housekeeping that any server may do at any time: a RUNNING state without a lease becomes INTERRUPTED, rows and
   * status past their age are deleted; each is announced. Answers the id of the run that it marked, or null.
   */
  sweep(interrupted: { lastRun: string; finishedAt: Instant }): Promise<string | null>
  /** Announces that something these rows show has changed elsewhere (a stock's value, say). */
  announce(symbols: string[]): Promise<void>
  /** Forgets results and status (not the lease). */
  clear(): Promise<void>
}

/** At-most-once delivery of `ScanEvent`s to every server. */
export interface ScanEvents {
  /** Resolves when delivery is certain to have begun; the answer ends it. */
  subscribe(listener: (event: ScanEvent) => void): Promise<() => Promise<void>>
}

/** A stock's price as a scan saw it. */
export interface SeenPrice {
  symbol: string
  price: number
  pricedAt: Instant
  /** Name of the provider. */
  source: string
}

/** The curated list, as far as scanning goes. */
export interface StockList {
  /** Active stocks sorted by symbol; with `symbols`, only those of them. */
  active(symbols?: string[]): Promise<Stock[]>
  /** Keeps the prices that a scan saw. Unknown symbols are ignored. */
  recordPrices(prices: SeenPrice[]): Promise<void>
}

export interface RunRecord {
  runId: string
  startedById: string
  startedAt: Instant
  source: string
  tickersTotal: number
}

export interface RunSummary {
  state: EndState
  finishedAt: Instant
  durationMs: number
  tickersDone: number
  tickersFailed: number
  contractsKept: number
  message: string
}

/** The record of who scanned what, when, and how it ended. */
export interface ScanRuns {
  started(run: RunRecord): Promise<void>
  /** The first end counts; a run that has ended is left as it is. */
  finished(runId: string, end: RunSummary): Promise<void>
  /** Marks every RUNNING row but `liveRunId` as INTERRUPTED. */
  interruptOrphans(liveRunId: string | null, finishedAt: Instant): Promise<void>
}

/** What the scanner says to the operator. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
