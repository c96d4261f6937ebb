/** How a run ended, written down: in the log, and in the record of runs. */
import { CacheUnavailable, DatabaseAway } from './errors.ts'
import type { EndState, Instant, ScanState, TickerOutcome } from './model.ts'
import type { Clock, Log, RunEnd, RunPlan, RunRecord, RunSummary, ScanCache, ScanRuns } from './ports.ts'

export interface EndedRun {
  runId: string
  /** Null when nobody knows any more. */
  startedAt: Instant | null
  end: RunEnd
  outcomes: TickerOutcome[]
}

/** The record with which a run begins. */
export function recordOf({ runId, startedAt, startedById, symbols }: RunPlan, source: string): RunRecord {
  return { runId, startedAt, startedById, source, tickersTotal: symbols.length }
}

/** Writes the end of a run down; a database that is away costs the record, not the scan. */
export async function writeDown(
  { runs, log }: { runs: ScanRuns; log: Log },
  run: EndedRun,
): Promise<RunSummary> {
  const { runId } = run
  const summary = summaryOf(run)
  const { finishedAt: _when, message, ...told } = summary
  log.info({ runId, ...told }, message)
  try {
    await runs.finished(runId, summary)
  } catch (error) {
    log.error({ err: error, runId }, 'The end of a scan could not be recorded in the database.')
  }
  return summary
}

function summaryOf({ startedAt, end, outcomes }: EndedRun): RunSummary {
  const { state, finishedAt, lastRun: message } = end
  return {
    state,
    finishedAt,
    message,
    durationMs: Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt ?? finishedAt)),
    tickersDone: outcomes.length,
    tickersFailed: outcomes.filter((outcome) => outcome.message !== null).length,
    contractsKept: outcomes.reduce((sum, outcome) => sum + outcome.contractsKept, 0),
  }
}

/**
 * Brings the record in line with the results, after an outage of the database: a run may have ended meanwhile, and
 * whoever had to write that down may be gone.
 */
export async function settleRuns(ports: {
  cache: Pick<ScanCache, 'read'>
  runs: ScanRuns
  clock: Pick<Clock, 'now'>
  log: Log
}): Promise<void> {
  const { cache, runs, clock, log } = ports
  try {
    const lookedAt = new Date(clock.now()).toISOString()
    const { runId, state, scanInProgress, startedAt, finishedAt, lastRun, outcomes } = await cache.read()
    if (runId !== null && finishedAt !== null && isEnd(state)) {
      const end = { state, finishedAt, lastRun, keep: null }
      await runs.finished(runId, summaryOf({ runId, startedAt, end, outcomes }))
    }
    await runs.interruptOrphans(scanInProgress ? runId : null, lookedAt)
  } catch (error) {
    // Outages are told where they are noticed.
    if (error instanceof CacheUnavailable || error instanceof DatabaseAway) return
    log.error({ err: error }, 'The record of runs could not be brought up to date.')
  }
}

function isEnd(state: ScanState): state is EndState {
  return state !== 'IDLE' && state !== 'RUNNING'
}
