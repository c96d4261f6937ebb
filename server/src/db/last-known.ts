/** What the database said last, for as long as it may be away. */
import type { Clock } from '../scan/ports.ts'
import { isDatabaseAway, TOLERATED_MS } from './away.ts'

/** Reads; with the database away, answers what was read last, if that is not older than 5 minutes. */
export function lastKnown<T>(read: () => Promise<T>, clock: Pick<Clock, 'now'>): () => Promise<T> {
  let last: { value: T; at: number } | null = null
  return async () => {
    const at = clock.now()
    try {
      const value = await read()
      last = { value, at }
      return value
    } catch (error) {
      if (!isDatabaseAway(error) || last === null || at - last.at > TOLERATED_MS) throw error
      return last.value
    }
  }
}
