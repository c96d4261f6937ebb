/**
 * Whether the database answers. Nobody waits for one that doesn't: work that takes long has it asked whether it is
 * still there, and once it is not, all work fails at once, until a question every quarter of a second is answered.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { DatabaseAway } from '../scan/errors.ts'
import type { Log } from '../scan/ports.ts'
import { isDatabaseAway } from './away.ts'

export interface DatabaseWatchOptions {
  /** Asks, over a connection of its own, and gives up within a second. @throws when there is no answer */
  ask: () => Promise<void>
  /** Called when it is found to be away: the time to cut what is still under way. */
  onAway: () => void
  log: Log
  /** Work that takes longer makes doubt, in milliseconds. */
  patienceMs?: number
  /** While it is away: from one question to the next, in milliseconds. */
  againMs?: number
}

export interface DatabaseWatch {
  /** @throws DatabaseAway when the database is away, or turns out to be; what the work throws otherwise */
  guard<T>(work: () => PromiseLike<T>): Promise<T>
  /** Something looks like an outage. */
  doubt(): void
  /** Does the work as soon as the database answers, tried again until it does; forgotten when the process ends. */
  afterOutage(work: () => Promise<unknown>): void
  /** Called each time an outage is over. */
  onBack(listener: () => void): void
  close(): void
}

export function createDatabaseWatch(options: DatabaseWatchOptions): DatabaseWatch {
  const { ask, onAway, log, patienceMs = 600, againMs = 250 } = options
  let away = false
  let asking = false
  const closing = new AbortController()
  const waiting = new Set<(reason: DatabaseAway) => void>()
  const backListeners: (() => void)[] = []
  let postponed: (() => Promise<unknown>)[] = []

  async function findOut(): Promise<void> {
    if (asking || closing.signal.aborted) return
    asking = true
    while (!(await answers()) && !closing.signal.aborted) await delay(againMs, undefined, { ref: false })
    asking = false
    if (closing.signal.aborted) return
    const isBack = away
    away = false
    if (isBack) log.info({}, 'The database answers again: full service.')
    await catchUp()
    if (isBack) for (const listener of backListeners) listener()
  }

  async function answers(): Promise<boolean> {
    try {
      // Twice: a process that is busy with itself takes its own delay for the database's.
      await ask().catch(() => ask())
      return true
    } catch (error) {
      if (!away && !closing.signal.aborted) leave(error)
      return false
    }
  }

  function leave(error: unknown): void {
    away = true
    log.warn(
      { reason: reasonOf(error) },
      'The database does not answer: what is known stays in use for 5 minutes, and nothing can be changed.',
    )
    for (const reject of waiting) reject(new DatabaseAway({ cause: error }))
    onAway()
  }

  async function catchUp(): Promise<void> {
    const due = postponed
    postponed = []
    for (const work of due) {
      try {
        await work()
      } catch (error) {
        if (isDatabaseAway(error)) postponed.push(work)
        else log.error({ err: error }, 'What an outage of the database had postponed could not be done.')
      }
    }
    if (postponed.length === 0 || closing.signal.aborted) return
    await delay(againMs, undefined, { ref: false })
    await findOut()
  }

  const doubt = () => void findOut()

  return {
    async guard(work) {
      if (away) throw new DatabaseAway()
      const impatience = setTimeout(doubt, patienceMs).unref()
      let giveUp = (_reason: DatabaseAway) => {}
      const outage = new Promise<never>((_resolve, reject) => (giveUp = reject))
      waiting.add(giveUp)
      try {
        return await Promise.race([work(), outage])
      } catch (error) {
        if (error instanceof DatabaseAway || !isDatabaseAway(error)) throw error
        doubt()
        throw new DatabaseAway({ cause: error })
      } finally {
        clearTimeout(impatience)
        waiting.delete(giveUp)
      }
    },
    doubt,
    afterOutage(work) {
      postponed.push(work)
      doubt()
    },
    onBack: (listener) => void backListeners.push(listener),
    close() {
      closing.abort()
      if (postponed.length > 0)
        log.warn({ postponed: postponed.length }, 'An outage of the database has left work undone.')
    },
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}
