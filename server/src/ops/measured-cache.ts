/**
 * The scan cache with a stopwatch: time of each operation, hits and misses, what became of the tickers, and how scans
 * ended. Ends are counted here because the cache lets one of all processes end a run, once.
 */
import type { EndState, Instant, ScanSummary, TickerOutcome } from '../scan/model.ts'
import type { ScanCache } from '../scan/ports.ts'
import type { Metrics } from './metrics.ts'
import { inChildSpan } from './spans.ts'

type Operation = (...args: unknown[]) => Promise<unknown>

/** What a scan does step by step. Readings and renewals happen all the time, and tell a trace nothing. */
const steps: ReadonlySet<string> = new Set(['claim', 'begin', 'commit', 'halt', 'finish'])

export function measuredCache(cache: ScanCache, metrics: Metrics): ScanCache {
  /** The run that was seen last, and when it began. */
  let seen: Pick<ScanSummary, 'runId' | 'startedAt'> = { runId: null, startedAt: null }

  const timed = Object.fromEntries(
    Object.entries(cache).map(([operation, ask]) => [operation, timedOperation(operation, ask as Operation)]),
  ) as unknown as ScanCache

  function timedOperation(operation: string, ask: Operation): Operation {
    return async (...args) => {
      const end = metrics.cacheDuration.startTimer({ operation })
      try {
        const asked = () => ask(...args)
        const answer = await (steps.has(operation) ? inChildSpan(`cache.${operation}`, {}, asked) : asked())
        end({ outcome: 'ok' })
        return answer
      } catch (error) {
        end({ outcome: 'failed' })
        throw error
      }
    }
  }

  function ended(state: EndState, runId: string, finishedAt: Instant): void {
    metrics.scans.inc({ state })
    if (seen.runId !== runId || seen.startedAt === null) return
    const durationMs = Math.max(0, Date.parse(finishedAt) - Date.parse(seen.startedAt))
    metrics.scanDuration.observe({ state }, durationMs / 1000)
  }

  return {
    ...timed,

    async read() {
      try {
        const scan = await timed.read()
        if (scan.runId !== null) seen = { runId: scan.runId, startedAt: scan.startedAt }
        metrics.cacheReads.inc({ result: scan.tickers.length > 0 ? 'hit' : 'miss' })
        return scan
      } catch (error) {
        metrics.cacheReads.inc({ result: 'failed' })
        throw error
      }
    },

    async work() {
      const work = await timed.work()
      if (work !== null) seen = work.plan
      return work
    },

    async claim(run) {
      const claimed = await timed.claim(run)
      if (claimed) seen = run
      return claimed
    },

    async commit(runId, outcome, result) {
      const committed = await timed.commit(runId, outcome, result)
      if (committed) metrics.tickers.inc({ outcome: kindOf(outcome) })
      return committed
    },

    async finish(runId, end) {
      const first = await timed.finish(runId, end)
      if (first) ended(end.state, runId, end.finishedAt)
      return first
    },

    async sweep(interrupted) {
      const runId = await timed.sweep(interrupted)
      if (runId !== null) ended('INTERRUPTED', runId, interrupted.finishedAt)
      return runId
    },
  }
}

function kindOf({ message, contractsKept }: TickerOutcome): 'ok' | 'empty' | 'failed' {
  if (message !== null) return 'failed'
  return contractsKept > 0 ? 'ok' : 'empty'
}
