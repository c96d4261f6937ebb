/** What the scanner needs from the world. The edges (`market/`, `cache/`, `events/`, `db/`) fill these in. */
import type {
  Edition,
  EndState,
  Instant,
  OptionChain,
  Position,
  ScanCriteria,
  ScanEvent,
  ScanState,
  ScanSummary,
  SeenPrice,
  Stock,
  TickerOutcome,
  TickerResult,
} from './model.ts'
import type { Page, PageRequest } from './page.ts'

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

/** What a run sets out to do: stored with its lease, so that any worker can take the run over. */
export interface RunPlan {
  runId: string
  startedAt: Instant
  /** The person who asked; null when nobody did (a scheduled scan). */
  startedById: string | null
  /** The symbols to scan. */
  symbols: string[]
  criteria: ScanCriteria
}

/** A run in progress, as a worker needs it. */
export interface RunWork {
  plan: RunPlan
  /** Symbols that the run has committed. */
  committed: string[]
  /** Why no further ticker is to be begun; null when all are. */
  halted: string | null
}

export interface RunClaim extends RunPlan {
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

export interface CachePosition extends Position {
  /** Of the stock list. */
  edition: Edition
}

/** Everything that is kept, as of one moment. */
export interface CachedScan extends CachePosition, ScanSummary {
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
 * @throws CacheUnavailable from every method, within a second; CacheFull from those that need room
 */
export interface ScanCache {
  /** One round trip, whatever the number of tickers. */
  read(): Promise<CachedScan>
  /** The rows of these symbols, unknown and over-age ones left out. One round trip. */
  readTickers(symbols: string[]): Promise<TickerResult[]>
  position(): Promise<CachePosition>
  /** The id of the run that holds the lease; null when none does. */
  holder(): Promise<string | null>
  /** The run that holds the lease; null when none does. One round trip. */
  work(): Promise<RunWork | null>
  /** What became of the tickers of the latest run, sorted by symbol. */
  outcomes(): Promise<TickerOutcome[]>
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
  /** Keeps the reason for which the run will fail once the tickers under way are done. Publishes nothing. */
  halt(runId: string, reason: string): Promise<boolean>
  /** Ends the run and releases the lease. The stock list has another edition then: with the prices that the run saw. */
  finish(runId: string, end: RunEnd): Promise<boolean>
  /**
   * Housekeeping that any server may do at any time: a RUNNING state without a lease becomes INTERRUPTED, rows and
   * status past their age are deleted; each is announced. Answers the id of the run that it marked, or null.
   */
  sweep(interrupted: { lastRun: string; finishedAt: Instant }): Promise<string | null>
  /** Announces that something these rows show has changed elsewhere. */
  announce(symbols: string[]): Promise<void>
  /** Announces that these stocks have changed: the list has another edition, which is answered. */
  announceStocks(symbols: string[]): Promise<Edition>
  /** Forgets results and status (not the lease). */
  clear(): Promise<void>
}

/** At-most-once delivery of `ScanEvent`s to every server. */
export interface ScanEvents {
  /**
   * Resolves when delivery is certain to have begun; the answer ends it.
   * @param onGap called when events may have been lost, as soon as they arrive again
   */
  subscribe(listener: (event: ScanEvent) => void, onGap?: () => void): Promise<() => Promise<void>>
}

/** The curated list, as far as scanning goes. */
export interface StockList {
  /**
   * Active stocks sorted by symbol, as they are now; with an edition, as they are in that one or a later one, which
   * costs nothing when they are known.
   */
  active(edition?: Edition): Promise<Stock[]>
  /** Keeps the prices that a scan saw. Unknown symbols are ignored. */
  recordPrices(prices: SeenPrice[]): Promise<void>
}

/** What workers do with a run. Each is called at least once, and doing it again changes nothing. */
export interface ScanWork {
  /** Scans a ticker of the run. @throws what is worth trying again in a moment */
  ticker(runId: string, symbol: string): Promise<void>
  /** Ends the run: every ticker has been scanned or given up. @throws what is worth trying again in a moment */
  finish(runId: string): Promise<void>
}

/** Hands the tickers of a run to workers, in this process or in many. At least once each, `finish` after the last. */
export interface ScanQueue {
  /** True when the work outlives this process: others take it over. */
  readonly durable: boolean
  /** A job for each symbol, and one that ends the run. Those that are queued already are not queued again. */
  enqueue(runId: string, symbols: string[]): Promise<void>
  /** Whether the run still has jobs. */
  has(runId: string): Promise<boolean>
  /** Forgets the jobs that nobody has begun. */
  discard(runId: string): Promise<void>
  /** This process takes jobs from now on, `concurrency` at a time. `stop` gives back those that are under way. */
  work(work: ScanWork): { stop(): Promise<void> }
}

export interface RunRecord {
  runId: string
  startedById: string | null
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
  /** A run that is recorded already is left as it is. */
  started(run: RunRecord): Promise<void>
  /** The first end counts; a run that has ended is left as it is. */
  finished(runId: string, end: RunSummary): Promise<void>
  /** Marks every RUNNING row that started before `finishedAt`, but `liveRunId`, as INTERRUPTED. */
  interruptOrphans(liveRunId: string | null, finishedAt: Instant): Promise<void>
  /** The latest run of a source that completed; null when there is none. */
  lastCompleted(source: string): Promise<Pick<RunSummary, 'durationMs' | 'tickersDone'> | null>
}

/** A run as people see it afterwards, or while it goes on. */
export interface PastRun {
  id: string
  state: Exclude<ScanState, 'IDLE'>
  /** Name of the provider. */
  source: string
  startedAt: Date
  /** Null while it runs. */
  finishedAt: Date | null
  /** Null while it runs, and for one that nobody saw end. */
  durationMs: number | null
  tickersTotal: number
  tickersDone: number
  tickersFailed: number
  contractsKept: number
  /** Null while it runs. */
  message: string | null
  /** Null for a scheduled run, and when that account is gone. */
  startedBy: { id: string; name: string } | null
}

export interface ScanHistory {
  /** Newest first. */
  list(page: PageRequest): Promise<Page<PastRun>>
}

/** What the scanner says to the operator. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
