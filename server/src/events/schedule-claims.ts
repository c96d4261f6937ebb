/** Who starts the scan of a due instant: in Redis for all servers, in this process where it is alone. */
import type { Redis } from 'ioredis'
import { CacheUnavailable } from '../scan/errors.ts'
import type { Instant } from '../scan/model.ts'
import type { Clock } from '../scan/ports.ts'

/** True for the first server that asks for the instant, false for all that ask in the `CLAIM_MS` after it. @throws CacheUnavailable */
export type ClaimInstant = (due: Instant) => Promise<boolean>

/** How late a scan may start that was due while the machine slept. */
export const LATE_MS = 3_600_000

/** How long a claim is remembered: longer than any server can be late. */
export const CLAIM_MS = 2 * LATE_MS

export function createMemoryClaims(clock: Clock): ClaimInstant {
  /** By instant, when its claim ends. */
  const claimed = new Map<string, number>()
  return async (due) => {
    const now = clock.now()
    for (const [instant, endsAt] of claimed) if (endsAt <= now) claimed.delete(instant)
    if (claimed.has(due)) return false
    claimed.set(due, now + CLAIM_MS)
    return true
  }
}

/** @param prefix e.g. `wheel_analyzer:1` */
export function createRedisClaims(redis: Redis, prefix: string): ClaimInstant {
  return async (due) => {
    try {
      return (await redis.set(`${prefix}:scanner:schedule:${due}`, '1', 'PX', CLAIM_MS, 'NX')) === 'OK'
    } catch (error) {
      throw new CacheUnavailable({ cause: error })
    }
  }
}
