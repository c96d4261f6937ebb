/**
 * Guessing passwords is slow: waiting times that double, for an account from one address, and, much shorter, for an
 * account from anywhere, so that nobody can lock somebody else out for long. Whoever has to wait is not even looked
 * at. Attempts count when they begin, and of many at once the first one shuts the door behind it.
 */
import { createHash } from 'node:crypto'
import type { Count, Counters } from '../limits/counters.ts'
import { networkOf } from '../limits/network.ts'

export interface Throttle {
  /** Whole seconds to wait before another attempt; 0: this one may go ahead, and counts until it has succeeded. */
  begin(account: string, address: string): Promise<number>
  succeeded(account: string, address: string): Promise<void>
  /** It was no attempt after all: nobody looked at the password. */
  withdrawn(account: string, address: string): Promise<void>
}

interface Slowness {
  /** Typing errors. */
  free: number
  /** How long failures count. */
  windowMs: number
  longestSeconds: number
}

const MINUTE_MS = 60_000
/** Failures count for longer than all those waits together take: else they would be forgotten during one of them. */
const fromAddress: Slowness = { free: 3, windowMs: 24 * 60 * MINUTE_MS, longestSeconds: 15 * 60 }
const fromAnywhere: Slowness = { free: 9, windowMs: 15 * MINUTE_MS, longestSeconds: 30 }

export function createThrottle(counters: Counters): Throttle {
  const keysOf = (account: string, address: string) => {
    // Of one length, whatever somebody typed.
    const name = createHash('sha256').update(account.trim().toLowerCase()).digest('base64url').slice(0, 22)
    return { pair: `password:${name}:${networkOf(address)}`, account: `password:${name}` }
  }
  const waitOf = (key: string) => `${key}:wait`
  const waitsOf = (key: string) => `${key}:waits`
  const doorOf = (key: string) => `${key}:door`

  const secondsOf = ({ resetMs }: Count) => Math.max(1, Math.ceil(resetMs / 1000))

  async function waiting(key: string): Promise<number> {
    const wait = await counters.peek(waitOf(key))
    return wait.count > 0 ? secondsOf(wait) : 0
  }

  /** Adding to the door decides: whoever opened it goes ahead and begins the wait, whoever found it open has come too late. */
  async function enter(key: string, { free, windowMs, longestSeconds }: Slowness): Promise<number> {
    const { count: attempts } = await counters.add(key, 1, windowMs)
    if (attempts <= free) return 0
    const door = await counters.add(doorOf(key), 1, 1000)
    if (door.count > 1) {
      await counters.add(key, -1, windowMs)
      return secondsOf(door)
    }
    // Those who came too late are among the attempts until they have left, and those who withdrew are among the waits.
    const { count: waits } = await counters.add(waitsOf(key), 1, windowMs)
    const doublings = Math.min(waits, attempts - free) - 1
    const seconds = Math.min(2 ** Math.min(doublings, 30), longestSeconds)
    await counters.add(waitOf(key), 1, seconds * 1000)
    return 0
  }

  return {
    async begin(account, address) {
      const keys = keysOf(account, address)
      // Whoever comes too early makes the wait no longer.
      const before = Math.max(...(await Promise.all([keys.pair, keys.account].map(waiting))))
      if (before > 0) return before
      const late = await enter(keys.pair, fromAddress)
      if (late > 0) return late
      // Only those who may from their address: the others would open this door and not go through.
      const lateFromAnywhere = await enter(keys.account, fromAnywhere)
      if (lateFromAnywhere > 0) await counters.add(keys.pair, -1, fromAddress.windowMs)
      return lateFromAnywhere
    },

    async succeeded(account, address) {
      const keys = keysOf(account, address)
      const over = [
        keys.pair,
        waitsOf(keys.pair),
        ...[keys.pair, keys.account].flatMap((key) => [waitOf(key), doorOf(key)]),
      ]
      await Promise.all([
        ...over.map((key) => counters.clear(key)),
        // The failures of others stay.
        counters.add(keys.account, -1, fromAnywhere.windowMs),
      ])
    },

    async withdrawn(account, address) {
      const keys = keysOf(account, address)
      await Promise.all([
        counters.add(keys.pair, -1, fromAddress.windowMs),
        counters.add(keys.account, -1, fromAnywhere.windowMs),
      ])
    },
  }
}
