/** How a process of ours begins and ends: failures that an operator can mend in one sentence, and graceful stops. */
import { DatabaseUnavailable } from './db/database.ts'
import { BadEnvironment } from './env.ts'
import { letStoragesRest } from './resting-storage.ts'
import { DatabaseAway } from './scan/errors.ts'

/** An operator's mistake or a missing neighbour: said in one sentence, without a stack. */
export class CannotStart extends Error {
  override name = 'CannotStart'
}

/** Runs `start`; when that fails, says why on standard error and ends with 1. */
export async function runProcess(start: () => Promise<void>): Promise<void> {
  letStoragesRest()
  try {
    await start()
  } catch (error) {
    const expected = [BadEnvironment, DatabaseUnavailable, DatabaseAway, CannotStart].some(
      (kind) => error instanceof kind,
    )
    const text = error instanceof Error ? ((expected ? null : error.stack) ?? error.message) : String(error)
    process.stderr.write(`${text}\n`)
    process.exit(1)
  }
}

/** At the first SIGTERM or SIGINT: `stop`, and exit 0; exit 1 when that takes longer than `limitMs`. */
export function stopOnSignal(stop: () => Promise<void>, limitMs: number): void {
  let stopping = false
  const end = async (): Promise<void> => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(1), limitMs).unref()
    await stop()
    process.exit(0)
  }
  process.once('SIGTERM', () => void end())
  process.once('SIGINT', () => void end())
}
