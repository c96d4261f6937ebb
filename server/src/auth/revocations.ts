/**
 * What was revoked: sessions that were signed out or ended, API tokens, people whose rights changed. Every server is
 * told at once, by a message; what a lost message leaves behind is a tombstone, looked at when the database cannot be
 * asked. Only a session that was signed out stays dead against the database's word: it may have been away just then.
 */
import { TOLERATED_MS } from '../db/away.ts'
import type { Clock, Log } from '../scan/ports.ts'

export interface Revocations {
  /** From now on nothing remembers these credentials (ids of sessions, API tokens or people), on any server. */
  revoke(ids: string[]): Promise<void>
  /** Called with the ids on every server, this one included; the answer ends it. Streams end themselves with it. */
  onRevoked(listener: (ids: string[]) => void): () => void
}

export interface RevocationBook extends Revocations {
  /** Revokes a credential by its fingerprint, for good: until then (ms since 1970), whatever the database says. */
  end(fingerprint: string, until: number): Promise<void>
  /** As far as this process can know just now. */
  isEnded(fingerprint: string): Promise<boolean>
  /** Whether one of them was revoked in the last 5 minutes, or ended; true also when that cannot be known. */
  mayBeRevoked(ids: string[]): Promise<boolean>
  close(): Promise<void>
}

export interface RevocationNotice {
  ids: string[]
  /** Milliseconds since 1970; null: revoked, not ended. */
  endedUntil: number | null
}

/** Between servers. Every method rejects, within two seconds, when the others cannot be reached. */
export interface SharedRevocations {
  /** Tells every server, and leaves tombstones for `lifetimeMs`. */
  announce(notice: RevocationNotice, lifetimeMs: number): Promise<void>
  isEnded(fingerprint: string): Promise<boolean>
  /** Whether one of them has a tombstone. */
  isRevoked(ids: string[]): Promise<boolean>
  /** The other servers' notices. Resolves when delivery has begun; the answer ends it. */
  subscribe(listener: (notice: RevocationNotice) => void): Promise<() => Promise<void>>
}

export interface RevocationOptions {
  /** Null when this is the only server. */
  shared: SharedRevocations | null
  clock: Pick<Clock, 'now'>
  log: Log
}

/** A server that starts does not wait longer than this for the messages of the others, milliseconds. */
const ACKNOWLEDGE_MS = 700

/** Tombstones in this process; beyond that, the oldest goes. */
const TOMBSTONE_LIMIT = 100_000

export async function openRevocations({ shared, clock, log }: RevocationOptions): Promise<RevocationBook> {
  const listeners = new Set<(ids: string[]) => void>()
  const revoked = createTombstones(clock)
  const ended = createTombstones(clock)
  let closed = false

  /** What this process does about a notice, its own or another server's. */
  function heed({ ids, endedUntil }: RevocationNotice): void {
    for (const id of ids) {
      if (endedUntil === null) revoked.add(id, clock.now() + TOLERATED_MS)
      else ended.add(id, endedUntil)
    }
    for (const listener of listeners) listener(ids)
  }

  async function tell(notice: RevocationNotice): Promise<void> {
    heed(notice)
    const lifetimeMs = notice.endedUntil === null ? TOLERATED_MS : notice.endedUntil - clock.now()
    if (shared === null || notice.ids.length === 0 || lifetimeMs <= 0) return
    try {
      await shared.announce(notice, lifetimeMs)
    } catch (error) {
      log.warn(
        { reason: String(error) },
        'Other servers could not be told of a revocation; they find out within 5 seconds, from the database.',
      )
    }
  }

  let unsubscribe: (() => Promise<void>) | undefined
  const subscribing = shared?.subscribe(heed).then(
    (end) => void (unsubscribe = end),
    (error: unknown) => {
      if (!closed) log.warn({ reason: String(error) }, 'Revocations by other servers are not heard.')
    },
  )
  await Promise.race([subscribing, new Promise((resolve) => setTimeout(resolve, ACKNOWLEDGE_MS).unref())])

  return {
    revoke: (ids) => tell({ ids, endedUntil: null }),
    end: (fingerprint, until) => tell({ ids: [fingerprint], endedUntil: until }),
    onRevoked(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async isEnded(fingerprint) {
      if (ended.has(fingerprint)) return true
      return shared === null ? false : shared.isEnded(fingerprint).catch(() => false)
    },
    async mayBeRevoked(ids) {
      if (ids.some((id) => revoked.has(id) || ended.has(id))) return true
      return shared === null ? false : shared.isRevoked(ids).catch(() => true)
    },
    async close() {
      closed = true
      listeners.clear()
      const leave = unsubscribe
      unsubscribe = undefined
      await leave?.()
    },
  }
}

function createTombstones(clock: Pick<Clock, 'now'>) {
  const until = new Map<string, number>()
  return {
    add(id: string, instant: number): void {
      until.set(id, Math.max(instant, until.get(id) ?? 0))
      if (until.size <= TOMBSTONE_LIMIT) return
      const now = clock.now()
      for (const [old, end] of until) if (end <= now) until.delete(old)
      const [oldest] = until.keys()
      if (until.size > TOMBSTONE_LIMIT && oldest !== undefined) until.delete(oldest)
    },
    has: (id: string) => (until.get(id) ?? 0) > clock.now(),
  }
}
