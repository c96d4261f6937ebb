/**
 * Guessing passwords is slow: waiting times that double, for an account from one address, and, much shorter, for an
 * account from anywhere, so that nobody can lock somebody else out for long. Whoever has to wait is not even looked
 * at. Attempts count when they begin, so that many at once are no way around it.
 */
import { createHash } from 'node:crypto'
import type { Counters } from '../limits/counters.ts'
import { networkOf } from '../limits/network.ts'

export interface Throttle {
  /** Whole seconds to wait before another attempt; 0: this one may go ahead, and counts until it has succeeded. */
  begin(account: string, address: string): Promise<number>
  succeeded(account: string, address: string): Promise<void>
  /** It was no attempt after all: nobody looked at the password. */
  withdrawn(account: string, address: string): Promise<void>
}

const WINDOW_MS = 15 * 60_000
/** Typing errors. */
const FREE_FROM_ADDRESS = 3
const FREE_FROM_ANYWHERE = 10
const LONGEST_FROM_ADDRESS_S = 15 * 60
const LONGEST_FROM_ANYWHERE_S = 30

export function createThrottle(counters: Counters): Throttle {
  const keysOf = (account: string, address: string) => {
    // Of one length, whatever somebody typed.
    const name = createHash('sha256').update(account.trim().toLowerCase()).digest('base64url').slice(0, 22)
    return { pair: `password:${name}:${networkOf(address)}`, account: `password:${name}` }
  }
  const waitOf = (key: string) => `${key}:wait`

  async function count(key: string, free: number, longestSeconds: number): Promise<void> {
    const { count: attempts } = await counters.add(key, 1, WINDOW_MS)
    if (attempts <= free) return
    const seconds = Math.min(2 ** Math.min(attempts - free - 1, 30), longestSeconds)
    await counters.clear(waitOf(key))
    await counters.add(waitOf(key), 1, seconds * 1000)
  }

  return {
    async begin(account, address) {
      const keys = keysOf(account, address)
      const waits = await Promise.all([keys.pair, keys.account].map((key) => counters.peek(waitOf(key))))
      const waitMs = Math.max(...waits.map(({ count: waiting, resetMs }) => (waiting > 0 ? resetMs : 0)))
      if (waitMs > 0) return Math.max(1, Math.ceil(waitMs / 1000))
      await Promise.all([
        count(keys.pair, FREE_FROM_ADDRESS, LONGEST_FROM_ADDRESS_S),
        count(keys.account, FREE_FROM_ANYWHERE, LONGEST_FROM_ANYWHERE_S),
      ])
      return 0
    },

    async succeeded(account, address) {
      const keys = keysOf(account, address)
      await Promise.all([
        counters.clear(keys.pair),
        counters.clear(waitOf(keys.pair)),
        counters.clear(waitOf(keys.account)),
        // The failures of others stay.
        counters.add(keys.account, -1, WINDOW_MS),
      ])
    },

    async withdrawn(account, address) {
      const keys = keysOf(account, address)
      await Promise.all([keys.pair, keys.account].map((key) => counters.add(key, -1, WINDOW_MS)))
    },
  }
}
