/** How a run ended, written down: in the log, and in the record of runs. */
import type { Instant, TickerOutcome } from './model.ts'
import type { Log, RunEnd, RunSummary, ScanRuns } from './ports.ts'

export interface EndedRun {
  runId: string
  /** Null when nobody knows any more. */
  startedAt: Instant | null
  end: RunEnd
  outcomes: TickerOutcome[]
}

/** Writes the end of a run down; a database that is away costs the record, not the scan. */
export async function writeDown(
  { runs, log }: { runs: ScanRuns; log: Log },
  { runId, startedAt, end, outcomes }: EndedRun,
): Promise<RunSummary> {
  const { state, finishedAt, lastRun: message } = end
  const numbers = {
    durationMs: Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt ?? finishedAt)),
    tickersDone: outcomes.length,
    tickersFailed: outcomes.filter((outcome) => outcome.message !== null).length,
    contractsKept: outcomes.reduce((sum, outcome) => sum + outcome.contractsKept, 0),
  }
  const summary = { state, finishedAt, message, ...numbers }
  log.info({ runId, state, ...numbers }, message)
  try {
    await runs.finished(runId, summary)
  } catch (error) {
    log.error({ err: error, runId }, 'The end of a scan could not be recorded in the database.')
  }
  return summary
}
