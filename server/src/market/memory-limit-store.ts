/** The book of a process that is alone. The Lua of `cache/redis-limit-store.ts` does the same, step by step. */
import { ANSWER_POLL_MS, type LimitReply, type LimitStore } from './limit-store.ts'

interface Entry {
  /** The latest moment at which the vendor can have seen it: its time-out while under way, then its answer. */
  seenBy: number
  underWay: boolean
  day: string
  reserve: number
}

/**
 * A day's budget by two accounts, of which the higher counts: the sum of what we know of (each request as 1 until its
 * answer says more), and the vendor's balance, which knows of others too, but may arrive out of order.
 */
interface Account {
  counted: number
  said: number
}

export function createMemoryLimitStore(clock: { now(): number }): LimitStore {
  /** Of the last minute, and under way. */
  let entries: Entry[] = []
  let pausedUntil = 0
  const accounts = new Map<string, Account>()

  function accountOf(day: string): Account {
    const account = accounts.get(day) ?? { counted: 0, said: 0 }
    accounts.set(day, account)
    return account
  }

  function reply(outcome: LimitReply['outcome'], { counted, said }: Account, waitMs = 0): LimitReply {
    const underWay = entries.filter((entry) => entry.underWay).length
    return { outcome, waitMs, spent: Math.max(counted, said), underWay }
  }

  /** Those under way, the oldest first. */
  function refresh(now: number): Entry[] {
    for (const entry of entries) if (entry.seenBy <= now) entry.underWay = false
    entries = entries.filter(({ seenBy }) => seenBy > now - 60_000)
    return entries.filter(({ underWay }) => underWay).toSorted((a, b) => a.seenBy - b.seenBy)
  }

  /** Until the entry leaves the window that makes room for one more. */
  function waitFor(limit: number | null, windowMs: number, now: number): number {
    if (limit === null) return 0
    const within = entries.filter(({ seenBy }) => seenBy > now - windowMs)
    const leaving = within.toSorted((a, b) => a.seenBy - b.seenBy)[within.length - limit]
    return leaving === undefined ? 0 : Math.min(leaving.seenBy, now + 1) + windowMs - now
  }

  return {
    async take({ limits, day, reserve, attemptMs }) {
      const now = clock.now()
      const underWay = refresh(now)
      const account = accountOf(day)
      // Those of today are counted as 1 already.
      const today = underWay.filter((entry) => entry.day === day).length
      const most = Math.max(account.counted - today, account.said) + sumOf(underWay)
      const isSpent = limits.perDay !== null && most >= limits.perDay
      if (isSpent && underWay.length === 0) return reply('SPENT', account)
      const isFull = limits.concurrent !== null && underWay.length >= limits.concurrent
      const waitMs = Math.max(
        pausedUntil - now,
        waitFor(limits.perSecond, 1_000, now),
        waitFor(limits.perMinute, 60_000, now),
        isSpent || isFull ? ANSWER_POLL_MS : 0,
      )
      if (waitMs > 0) return reply('WAIT', account, waitMs)
      entries.push({ seenBy: now + attemptMs, underWay: true, day, reserve })
      account.counted += 1
      return reply('ADMITTED', account)
    },

    async settle({ day, consumed, saidSpent, notice }) {
      const now = clock.now()
      const [answered, ...others] = refresh(now)
      const account = accountOf(day)
      if (answered !== undefined) {
        answered.underWay = false
        answered.seenBy = now + 1 // the end of this millisecond
        const took = consumed ?? 1
        // Sent before the day's end and seen after it: the new day pays, whatever the old one did.
        account.counted += answered.day === day ? took - 1 : took
        if (saidSpent === null) account.said += took
      }
      account.said = Math.max(account.said, saidSpent ?? 0)
      if (notice !== null && notice.left <= (notice.ofDay ? 0 : sumOf(others))) {
        pausedUntil = Math.max(pausedUntil, notice.renewedAt)
      }
      for (const past of accounts.keys()) if (past < day) accounts.delete(past)
      return reply('WAIT', account, Math.max(0, pausedUntil - now))
    },

    async look(day) {
      const now = clock.now()
      refresh(now)
      return reply('WAIT', accountOf(day), Math.max(0, pausedUntil - now))
    },
  }
}

function sumOf(entries: Entry[]): number {
  return entries.reduce((sum, { reserve }) => sum + reserve, 0)
}
