/** How a run ends, judged by what became of its tickers. */
import { completedAt, failedBecause } from './messages.ts'
import type { EndState, TickerOutcome } from './model.ts'
import type { RunPlan } from './ports.ts'

export interface Verdict {
  state: EndState
  lastRun: string
  /** As in `RunEnd`. */
  keep: string[] | null
}

/** @param halted why the run stopped asking; null when it did not */
export function judgeRun(
  { symbols }: RunPlan,
  outcomes: TickerOutcome[],
  halted: string | null,
  marketNow: number,
): Verdict {
  const failed = outcomes.filter((outcome) => outcome.message !== null)
  if (halted !== null) return failure(halted)
  if (failed.length < symbols.length)
    return { state: 'COMPLETED', lastRun: completedAt(marketNow), keep: symbols }
  return failure(`none of the ${symbols.length} tickers could be read. ${failed[0]?.message ?? ''}`.trim())
}

function failure(reason: string): Verdict {
  return { state: 'FAILED', lastRun: failedBecause(reason), keep: null }
}
