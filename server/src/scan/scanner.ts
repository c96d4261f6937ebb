/** The use cases of a scan: start, cancel, read; and the housekeeping of every server. */
import type { Criteria } from './criteria.ts'
import { goodUntil } from './data-version.ts'
import { CacheUnavailable } from './errors.ts'
import { explain, type Explanation } from './explain.ts'
import { createEstimator, type ScanEstimate } from './estimate.ts'
import {
  cancelledAt,
  failedBecause,
  interruptedAt,
  MARKET_CLOSED,
  NO_ACTIVE_STOCKS,
  NO_SCAN_RUNNING,
} from './messages.ts'
import type { EndState, Instant } from './model.ts'
import type {
  CachedScan,
  Clock,
  Log,
  MarketData,
  MarketHours,
  RunEnd,
  RunPlan,
  ScanCache,
  ScanQueue,
  ScanRuns,
  StockList,
} from './ports.ts'
import { recordOf, writeDown } from './run-book.ts'
import { narrow, type ScanFilter } from './filter.ts'
import { createSharedView } from './shared-view.ts'
import { stocksBeside, unavailableView, viewScan, type ScanView } from './view.ts'

export interface ScannerPorts {
  cache: ScanCache
  queue: ScanQueue
  marketData: MarketData
  stocks: StockList
  criteria: Pick<Criteria, 'current'>
  runs: ScanRuns
  marketHours: MarketHours
  clock: Clock
  log: Log
  newId: () => string
}

export interface ScannerSettings {
  /** Tickers that a worker fetches at the same time: for the estimate. */
  concurrency: number
  /** Fraction a year. */
  riskFreeRate: number
  /** True in LOCAL: scans then run outside market hours too. */
  ignoreMarketHours: boolean
  /** How often each server looks for orphaned runs and expired rows, in milliseconds. */
  sweepMs: number
  /** How long results are kept. */
  resultsLifetimeMs: number
}

export type StartOutcome =
  | { kind: 'ScanStarted'; status: ScanView }
  | { kind: 'ScanAlreadyRunning'; status: ScanView }
  | { kind: 'MarketClosed'; message: string; opensAt: Instant | null }
  | { kind: 'MarketDataUnavailable'; message: string }
  | { kind: 'CacheUnavailable'; message: string }
  | { kind: 'NoActiveStocks'; message: string }

export type CancelOutcome =
  | { kind: 'ScanCancelled'; status: ScanView }
  | { kind: 'NoScanRunning'; message: string }
  | { kind: 'CacheUnavailable'; message: string }

export interface Scanner {
  /** @param startedById the person who asked; null for a scheduled scan */
  start(startedById: string | null): Promise<StartOutcome>
  cancel(): Promise<CancelOutcome>
  /** What a scan that starts now will take. */
  estimate(): Promise<ScanEstimate>
  /**
   * Everything, in one cache round trip; with the cache away, safe defaults and `degraded`.
   * @param version of the data, as seen after the request had come: what was read for it already need not be read again
   */
  results(filter?: ScanFilter | null, version?: string | null): Promise<ScanView>
  /** Where each number of a kept contract comes from; null when there is no such contract now. */
  explain(occSymbol: string): Promise<Explanation[] | null>
  /** To be called once, when the process starts. */
  open(): Promise<void>
  /** Cancels the running scan if nobody but this process could go on with it. */
  close(): Promise<void>
}

export function createScanner(ports: ScannerPorts, settings: ScannerSettings): Scanner {
  const { cache, queue, marketData, stocks, runs, marketHours, clock, log, newId } = ports
  let sweeper: NodeJS.Timeout | undefined
  const instant = () => new Date(clock.now()).toISOString()
  const { name: source, sources } = marketData
  const estimator = createEstimator(ports, settings)

  async function view(): Promise<ScanView> {
    const cached = await cache.read()
    return viewScan(cached, await stocksBeside(cached, stocks), sources)
  }

  const sharedView = createSharedView({
    read: view,
    goodUntil: (read) => goodUntil(read, clock.now(), settings.resultsLifetimeMs),
    now: () => clock.now(),
  })

  async function start(startedById: string | null): Promise<StartOutcome> {
    const before = await cache.read()
    if (before.scanInProgress) return { kind: 'ScanAlreadyRunning', status: await view() }
    if (!settings.ignoreMarketHours && !marketHours.isOpen()) {
      return { kind: 'MarketClosed', message: MARKET_CLOSED, opensAt: marketHours.opensAt() }
    }
    const unavailable = marketData.unavailable()
    if (unavailable !== null) return { kind: 'MarketDataUnavailable', message: unavailable }
    const [listed, criteria] = await Promise.all([stocks.active(), ports.criteria.current()])
    const symbols = listed.map((stock) => stock.symbol)
    if (symbols.length === 0) return { kind: 'NoActiveStocks', message: NO_ACTIVE_STOCKS }

    const plan: RunPlan = { runId: newId(), startedAt: instant(), startedById, symbols, criteria }
    if (!(await cache.claim({ ...plan, corrupt: before.corrupt }))) {
      return { kind: 'ScanAlreadyRunning', status: await view() }
    }
    // The claim took over from a run that nobody had declared dead yet.
    if (before.state === 'RUNNING' && before.runId !== null) {
      await ended(before, before.runId, interruption())
    }
    await record(plan)
    await launch(plan)
    return { kind: 'ScanStarted', status: await view() }
  }

  /** A run that cannot be recorded does not run. */
  async function record(plan: RunPlan): Promise<void> {
    try {
      await runs.started(recordOf(plan, source))
    } catch (error) {
      const reason = 'the run could not be recorded in the database.'
      await cache.finish(plan.runId, endOf('FAILED', failedBecause(reason)))
      throw error
    }
  }

  async function launch({ runId, symbols }: RunPlan): Promise<void> {
    log.info({ runId, tickers: symbols.length, source }, 'Scan started.')
    try {
      await queue.enqueue(runId, symbols)
    } catch (error) {
      // The run is claimed: a worker that looks after it queues what is missing; without one, the lease runs out.
      log.warn({ runId, reason: String(error) }, 'The tickers of a scan could not be queued.')
    }
  }

  const endOf = (state: EndState, lastRun: string): RunEnd => ({
    state,
    lastRun,
    finishedAt: instant(),
    keep: null,
  })
  const interruption = () => endOf('INTERRUPTED', interruptedAt(clock.marketNow()))

  /** Writes the end of a run down that this server has told, and forgets its jobs. */
  async function ended({ startedAt, outcomes }: CachedScan, runId: string, end: RunEnd): Promise<void> {
    await writeDown(ports, { runId, startedAt, end, outcomes })
    await queue.discard(runId).catch((error: unknown) => {
      // Workers drop them when they come to them.
      log.warn({ runId, reason: String(error) }, 'The jobs of an ended scan could not be removed.')
    })
  }

  async function cancelRun(running: CachedScan): Promise<boolean> {
    const { runId } = running
    if (runId === null) return false
    const end = endOf('CANCELLED', cancelledAt(clock.marketNow()))
    if (!(await cache.finish(runId, end))) return false
    await ended(running, runId, end)
    return true
  }

  async function cancel(): Promise<CancelOutcome> {
    const before = await cache.read()
    const cancelled = before.scanInProgress && (await cancelRun(before))
    if (!cancelled) return { kind: 'NoScanRunning', message: NO_SCAN_RUNNING }
    return { kind: 'ScanCancelled', status: await view() }
  }

  async function results(filter?: ScanFilter | null, version: string | null = null): Promise<ScanView> {
    try {
      const all = await sharedView(version)
      return filter == null ? all : { ...all, tickers: narrow(all.tickers, filter) }
    } catch (error) {
      if (error instanceof CacheUnavailable) return unavailableView
      throw error
    }
  }

  async function sweep(): Promise<void> {
    try {
      const end = interruption()
      const runId = await cache.sweep(end)
      if (runId !== null) await ended(await cache.read(), runId, end)
    } catch (error) {
      // The cache says its own outages; anything else is worth a line.
      if (!(error instanceof CacheUnavailable))
        log.error({ err: error }, 'Looking for orphaned scans failed.')
    }
  }

  return {
    start: (startedById) => start(startedById).catch(asOutcome),
    cancel: () => cancel().catch(asOutcome),
    estimate: estimator.estimate,

    results,

    async explain(occSymbol) {
      const { tickers } = await results()
      for (const ticker of tickers) {
        const contract = ticker.options.find((option) => option.occSymbol === occSymbol)
        if (contract !== undefined) return explain(ticker, contract, settings)
      }
      return null
    },

    async open() {
      try {
        const lookedAt = instant()
        const { scanInProgress, runId, tickers } = await cache.read()
        await runs.interruptOrphans(scanInProgress ? runId : null, lookedAt)
        if (tickers.some((row) => !sources.includes(row.source))) await cache.clear()
      } catch (error) {
        if (!(error instanceof CacheUnavailable)) throw error
      }
      sweeper = setInterval(() => void sweep(), settings.sweepMs)
    },

    async close() {
      clearInterval(sweeper)
      if (queue.durable) return
      try {
        const running = await cache.read()
        if (running.runId !== null && (await queue.has(running.runId))) await cancelRun(running)
      } catch (error) {
        log.warn({ reason: String(error) }, 'The running scan could not be marked as cancelled.')
      }
    },
  }
}

function asOutcome(error: unknown): { kind: 'CacheUnavailable'; message: string } {
  if (error instanceof CacheUnavailable) return { kind: 'CacheUnavailable', message: error.message }
  throw error
}
