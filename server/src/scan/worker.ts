/**
 * A scan worker: takes the tickers of the run in progress from the queue, scans and commits them, and ends the run.
 * The truth about a run is in the cache; the queue only carries it. So whatever is lost on the way (a worker, the
 * server that was about to queue the tickers, the queue's own keys) is queued again by whoever notices.
 */
import pLimit from 'p-limit'
import { CacheFull, CacheUnavailable, DatabaseAway, MarketDataError } from './errors.ts'
import { createGrips, type Grip } from './grip.ts'
import { LeaseLost } from './lease.ts'
import { failedBecause, interruptedAt } from './messages.ts'
import type { EndState } from './model.ts'
import type {
  RunEnd,
  RunPlan,
  RunWork,
  ScanCache,
  ScanEvents,
  ScanQueue,
  ScanRuns,
  StockList,
} from './ports.ts'
import { recordOf, writeDown } from './run-book.ts'
import { failedOutcome, scanTicker, type TickerPorts, type TickerSettings } from './ticker.ts'
import { judgeRun } from './verdict.ts'

export interface WorkerPorts extends TickerPorts {
  cache: ScanCache
  events: ScanEvents
  queue: ScanQueue
  stocks: Pick<StockList, 'recordPrices'>
  runs: ScanRuns
}

export interface WorkerSettings extends Omit<TickerSettings, 'criteria'> {
  /** Tickers fetched at the same time. The queue may hand out more: they wait here, and begin without delay. */
  concurrency: number
  leaseMs: number
}

export interface ScanWorker {
  /** Begins to take jobs. */
  open(): void
  /** Stops what is under way and gives it back, without ending the run. */
  close(): Promise<void>
}

export function createScanWorker(ports: WorkerPorts, settings: WorkerSettings): ScanWorker {
  const { cache, events, queue, runs, stocks, marketData, clock, log } = ports
  const { concurrency, leaseMs, tickerTimeoutMs } = settings
  const inTurn = pLimit(concurrency)
  const closing = new AbortController()
  const grips = createGrips({ cache, events, clock, leaseMs, onLost: (plan) => void interrupt(plan) })
  /** A run in which nothing is committed for so long has lost jobs. */
  const patienceMs = tickerTimeoutMs + 2 * leaseMs
  let watched = { runId: '', committed: 0, at: 0 }
  let supervisor: NodeJS.Timeout | undefined
  let taking: { stop(): Promise<void> } | undefined

  async function ticker(runId: string, symbol: string): Promise<void> {
    const grip = await grips.on(runId)
    if (grip === null || grip.halted !== null) return
    const { plan, lease } = grip
    const stop = AbortSignal.any([lease.signal, closing.signal])
    try {
      const scanned = await inTurn(async () => {
        stop.throwIfAborted()
        if (grip.halted !== null) return null
        // The provider is not kept waiting for the news that it is being asked.
        const begun = lease.write(() => cache.begin(runId, symbol))
        const scanning = scanTicker(ports, { ...settings, criteria: plan.criteria }, symbol, stop)
        const [ticker] = await Promise.all([scanning, begun])
        return ticker
      })
      if (scanned === null) return
      const { outcome, result } = scanned
      await lease.write(() => cache.commit(runId, outcome, result))
    } catch (error) {
      await accept(grip, error)
    }
  }

  /** @throws what the queue is to try again */
  async function accept(grip: Grip, error: unknown): Promise<void> {
    const { plan, lease } = grip
    if (error instanceof LeaseLost) return
    if (error instanceof CacheFull) return end(plan, 'FAILED', failedBecause('the results store is full.'))
    if (!(error instanceof MarketDataError)) throw error
    // No other ticker could be had; those under way are paid for, and still come in.
    grip.halted = error.message
    await lease.write(() => cache.halt(plan.runId, error.message)).catch(unlessLost)
  }

  async function finish(runId: string): Promise<void> {
    const [grip, work] = [await grips.on(runId), await cache.work()]
    if (grip === null || work?.plan.runId !== runId) return
    const { plan, lease } = grip
    try {
      if (work.halted === null) {
        for (const symbol of missingOf(work)) {
          const outcome = failedOutcome(symbol, `${symbol} was given up: scanning it failed several times.`)
          await lease.write(() => cache.commit(runId, outcome, null))
        }
      }
      const outcomes = await cache.outcomes()
      const seen = outcomes.flatMap(({ price }) => price ?? [])
      await stocks.recordPrices(seen).catch((error: unknown) => {
        // Prices are a by-product: without them the scan is still good.
        log.warn({ runId, reason: String(error) }, 'The prices that the scan saw could not be stored.')
      })
      const { state, lastRun, keep } = judgeRun(plan, outcomes, work.halted, clock.marketNow())
      await end(plan, state, lastRun, keep)
    } catch (error) {
      await accept(grip, error)
    }
  }

  /** Tells the end, unless somebody else has, and writes it down. */
  async function end(
    plan: RunPlan,
    state: EndState,
    lastRun: string,
    keep: string[] | null = null,
  ): Promise<void> {
    const { runId, startedAt } = plan
    const told: RunEnd = { state, lastRun, finishedAt: new Date(clock.now()).toISOString(), keep }
    if (!(await cache.finish(runId, told))) return
    grips.release(runId)
    await writeDown(ports, { runId, startedAt, end: told, outcomes: await cache.outcomes() })
    if (state !== 'COMPLETED') await discard(runId)
  }

  async function interrupt(plan: RunPlan): Promise<void> {
    log.warn({ runId: plan.runId }, 'A scan lost its lease and stopped.')
    try {
      await end(plan, 'INTERRUPTED', interruptedAt(clock.marketNow()))
    } catch (error) {
      log.warn(
        { runId: plan.runId, reason: String(error) },
        'The end of a scan could not be written; a sweep will.',
      )
    }
  }

  async function discard(runId: string): Promise<void> {
    await queue.discard(runId).catch((error: unknown) => {
      // Workers drop them when they come to them.
      log.warn({ runId, reason: String(error) }, 'The jobs of an ended scan could not be removed.')
    })
  }

  /** Holds on to the run in progress, and queues again what was lost of it. */
  async function supervise(): Promise<void> {
    const runId = await cache.holder()
    if (runId === null || (!queue.durable && !(await queue.has(runId)))) return
    const grip = await grips.on(runId)
    if (grip === null) return
    const queued = await queue.has(runId)
    if (watched.runId !== runId) watched = { runId, committed: 0, at: clock.now() }
    if (queued && clock.now() - watched.at < patienceMs) return
    const work = await cache.work()
    if (work?.plan.runId !== runId) return
    const committed = work.committed.length
    const stuck = queued && committed === watched.committed
    watched = { runId, committed, at: clock.now() }
    if (queued && !stuck) return
    await rescue(work, queued)
  }

  async function rescue(work: RunWork, queued: boolean): Promise<void> {
    const { plan } = work
    const { runId } = plan
    const missing = missingOf(work)
    log.warn({ runId, missing: missing.length }, 'A scan had lost its jobs; they are queued again.')
    await runs.started(recordOf(plan, marketData.name)).catch((error: unknown) => {
      // Its end is recorded when the database is back.
      if (!(error instanceof DatabaseAway)) throw error
    })
    if (queued) await queue.discard(runId)
    if (missing.length === 0) await finish(runId)
    else await queue.enqueue(runId, missing)
  }

  function tryToSupervise(): void {
    supervise().catch((error: unknown) => {
      // The cache says its own outages; anything else is worth a line.
      if (!(error instanceof CacheUnavailable)) log.error({ err: error }, 'Looking after the scan failed.')
    })
  }

  return {
    open() {
      taking = queue.work({ ticker, finish })
      supervisor = setInterval(tryToSupervise, leaseMs / 3)
    },
    async close() {
      clearInterval(supervisor)
      closing.abort(new Error('The worker is stopping.'))
      await taking?.stop()
      grips.close()
    },
  }
}

/** The planned symbols that nobody has committed. */
function missingOf({ plan, committed }: RunWork): string[] {
  const done = new Set(committed)
  return plan.symbols.filter((symbol) => !done.has(symbol))
}

function unlessLost(error: unknown): void {
  if (!(error instanceof LeaseLost)) throw error
}
