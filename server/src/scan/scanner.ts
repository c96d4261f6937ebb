/** The use cases of a scan: start, cancel, read; and the housekeeping of every server. */
import type { Criteria } from './criteria.ts'
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
import type { EndState, Instant, ScanCriteria } from './model.ts'
import type { CachedScan, MarketHours, RunEnd, ScanRuns } from './ports.ts'
import { writeDown } from './run-book.ts'
import { runScan, type RunPorts, type RunReport, type RunSettings } from './run.ts'
import { narrow, type ScanFilter } from './filter.ts'
import { unavailableView, viewScan, type ScanView } from './view.ts'

export interface ScannerPorts extends RunPorts {
  criteria: Pick<Criteria, 'current'>
  runs: ScanRuns
  marketHours: MarketHours
  newId: () => string
}

export interface ScannerSettings extends Omit<RunSettings, 'criteria'> {
  /** True in LOCAL: scans then run outside market hours too. */
  ignoreMarketHours: boolean
  /** How often each server looks for orphaned runs and expired rows, in milliseconds. */
  sweepMs: number
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
  /** @param startedById the person who asked */
  start(startedById: string): Promise<StartOutcome>
  cancel(): Promise<CancelOutcome>
  /** What a scan that starts now will take. */
  estimate(): Promise<ScanEstimate>
  /** Everything, in one cache round trip; with the cache away, safe defaults and `degraded`. */
  results(filter?: ScanFilter | null): Promise<ScanView>
  /** Where each number of a kept contract comes from; null when there is no such contract now. */
  explain(occSymbol: string): Promise<Explanation[] | null>
  /** To be called once, when the process starts. */
  open(): Promise<void>
  /** Cancels this process's run, if any, and waits for it to end. */
  close(): Promise<void>
}

export function createScanner(ports: ScannerPorts, settings: ScannerSettings): Scanner {
  const { cache, marketData, stocks, runs, marketHours, clock, log, newId } = ports
  const live = new Map<string, { controller: AbortController; ended: Promise<void> }>()
  let sweeper: NodeJS.Timeout | undefined
  const instant = () => new Date(clock.now()).toISOString()
  const { name: source, sources } = marketData
  const estimator = createEstimator({ marketData, stocks, criteria: ports.criteria }, settings)

  async function view(): Promise<ScanView> {
    const [cached, listed] = await Promise.all([cache.read(), stocks.active()])
    return viewScan(cached, listed, sources)
  }

  async function start(startedById: string): Promise<StartOutcome> {
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

    const runId = newId()
    const startedAt = instant()
    if (!(await cache.claim({ runId, startedAt, symbols, corrupt: before.corrupt }))) {
      return { kind: 'ScanAlreadyRunning', status: await view() }
    }
    // The claim took over from a run that nobody had declared dead yet.
    if (before.state === 'RUNNING' && before.runId !== null) {
      await writeDown(ports, { ...before, runId: before.runId, end: interruption() })
    }
    await record(runId, startedAt, startedById, symbols)
    launch(runId, startedAt, symbols, criteria)
    return { kind: 'ScanStarted', status: await view() }
  }

  /** A run that cannot be recorded does not run. */
  async function record(
    runId: string,
    startedAt: Instant,
    startedById: string,
    symbols: string[],
  ): Promise<void> {
    try {
      await runs.started({ runId, startedById, startedAt, source, tickersTotal: symbols.length })
    } catch (error) {
      await cache.finish(
        runId,
        endOf('FAILED', failedBecause('the run could not be recorded in the database.')),
      )
      throw error
    }
  }

  function launch(runId: string, startedAt: Instant, symbols: string[], criteria: ScanCriteria): void {
    const controller = new AbortController()
    log.info({ runId, tickers: symbols.length, source }, 'Scan started.')
    const ended = runScan(ports, { ...settings, criteria }, { runId, symbols, signal: controller.signal })
      .then((report) => recordEnd(runId, startedAt, report))
      .finally(() => live.delete(runId))
    live.set(runId, { controller, ended })
  }

  async function recordEnd(runId: string, startedAt: Instant, report: RunReport): Promise<void> {
    if (report === null) return
    estimator.remember(await writeDown(ports, { runId, startedAt, ...report }))
  }

  const endOf = (state: EndState, lastRun: string): RunEnd => ({
    state,
    lastRun,
    finishedAt: instant(),
    keep: null,
  })
  const interruption = () => endOf('INTERRUPTED', interruptedAt(clock.marketNow()))

  async function cancelRun({ runId, startedAt, outcomes }: CachedScan): Promise<boolean> {
    if (runId === null) return false
    const end = endOf('CANCELLED', cancelledAt(clock.marketNow()))
    if (!(await cache.finish(runId, end))) return false
    live.get(runId)?.controller.abort(new Error('The scan was cancelled.'))
    await writeDown(ports, { runId, startedAt, end, outcomes })
    return true
  }

  async function cancel(): Promise<CancelOutcome> {
    const before = await cache.read()
    const cancelled = before.scanInProgress && (await cancelRun(before))
    if (!cancelled) return { kind: 'NoScanRunning', message: NO_SCAN_RUNNING }
    return { kind: 'ScanCancelled', status: await view() }
  }

  async function results(filter?: ScanFilter | null): Promise<ScanView> {
    try {
      const all = await view()
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
      if (runId !== null) await writeDown(ports, { ...(await cache.read()), runId, end })
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
        const { scanInProgress, runId, tickers } = await cache.read()
        await runs.interruptOrphans(scanInProgress ? runId : null, instant())
        if (tickers.some((row) => !sources.includes(row.source))) await cache.clear()
      } catch (error) {
        if (!(error instanceof CacheUnavailable)) throw error
      }
      sweeper = setInterval(() => void sweep(), settings.sweepMs)
    },

    async close() {
      clearInterval(sweeper)
      if (live.size === 0) return
      try {
        const running = await cache.read()
        if (running.runId !== null && live.has(running.runId)) await cancelRun(running)
      } catch (error) {
        log.warn({ reason: String(error) }, 'The running scan could not be marked as cancelled.')
      }
      for (const { controller } of live.values()) controller.abort(new Error('The server is stopping.'))
      await Promise.all([...live.values()].map(({ ended }) => ended))
    },
  }
}

function asOutcome(error: unknown): { kind: 'CacheUnavailable'; message: string } {
  if (error instanceof CacheUnavailable) return { kind: 'CacheUnavailable', message: error.message }
  throw error
}
