/**
 * Credentials that were verified a moment ago, so that not every request asks the database: for 5 seconds, or until
 * they are revoked. With the database away, what was verified in the last 5 minutes stays good, as long as nobody has
 * revoked it. Credentials themselves are not kept, only their fingerprints.
 */
import { createHash } from 'node:crypto'
import { TOLERATED_MS } from '../db/away.ts'
import { DatabaseAway } from '../scan/errors.ts'
import type { Clock } from '../scan/ports.ts'
import type { RevocationBook } from './revocations.ts'

export interface Verified<T> {
  value: T
  /** What it can be revoked by, beside its fingerprint: ids of the session or token, and of the person. */
  ids: readonly string[]
  /** Null: never. */
  expiresAt: Date | null
}

export interface CredentialMemory<T> {
  /**
   * What the credential stands for; null when it is worth nothing. Callers who ask for the same one at the same time
   * share one verification.
   * @param fingerprint of the credential
   * @param verify asks the database
   * @throws DatabaseAway when it cannot be verified and is not remembered, and whatever else `verify` throws
   */
  get(fingerprint: string, verify: () => Promise<Verified<T> | null>): Promise<T | null>
  /** What was verified a moment ago, at once; null when it has to be asked for. */
  peek(fingerprint: string): T | null
}

export interface CredentialMemoryOptions {
  revocations: Pick<RevocationBook, 'onRevoked' | 'isEnded' | 'mayBeRevoked'>
  clock: Pick<Clock, 'now'>
  /** Credentials remembered at most; of more, those that were verified longest ago are forgotten. */
  limit?: number
}

const FRESH_MS = 5_000

interface Memory<T> extends Verified<T> {
  /** By the database. */
  verifiedAt: number
  /** By the database, or, with it away, against the revocations. */
  checkedAt: number
}

/** What tells one credential from all others, and can't be used as one. */
export const fingerprintOf = (credential: string): string =>
  createHash('sha256').update(credential).digest('base64url')

export function createCredentialMemory<T>(options: CredentialMemoryOptions): CredentialMemory<T> {
  const { revocations, clock, limit = 10_000 } = options
  const memories = new Map<string, Memory<T>>()
  /** Being verified just now, with what has been revoked meanwhile. */
  const underway = new Map<string, { answer: Promise<T | null>; revoked: Set<string> }>()

  revocations.onRevoked((ids) => {
    const gone = new Set(ids)
    for (const [fingerprint, { ids }] of memories)
      if (gone.has(fingerprint) || ids.some((id) => gone.has(id))) memories.delete(fingerprint)
    for (const { revoked } of underway.values()) for (const id of ids) revoked.add(id)
  })

  const isExpired = ({ expiresAt }: Memory<T>) => expiresAt !== null && expiresAt.getTime() <= clock.now()
  /** A clock that was set back makes nothing last longer. */
  const isWithin = (ms: number, since: number) => clock.now() >= since && clock.now() - since < ms

  function remember(fingerprint: string, verified: Verified<T>, at: number): void {
    memories.delete(fingerprint)
    memories.set(fingerprint, { ...verified, verifiedAt: at, checkedAt: at })
    const [oldest] = memories.keys()
    if (memories.size > limit && oldest !== undefined) memories.delete(oldest)
  }

  async function look(
    fingerprint: string,
    verify: () => Promise<Verified<T> | null>,
    revoked: Set<string>,
  ): Promise<T | null> {
    for (;;) {
      revoked.clear()
      const at = clock.now()
      try {
        const [verified, ended] = await Promise.all([verify(), revocations.isEnded(fingerprint)])
        // What the database said may be older than the revocation.
        if (verified !== null && [fingerprint, ...verified.ids].some((id) => revoked.has(id))) continue
        if (verified === null || ended) memories.delete(fingerprint)
        else remember(fingerprint, verified, at)
        return verified === null || ended ? null : verified.value
      } catch (error) {
        if (!(error instanceof DatabaseAway)) throw error
        return await recall(fingerprint, error)
      }
    }
  }

  async function recall(fingerprint: string, away: DatabaseAway): Promise<T | null> {
    const memory = memories.get(fingerprint)
    const isUsable = () =>
      memory !== undefined &&
      memories.get(fingerprint) === memory &&
      isWithin(TOLERATED_MS, memory.verifiedAt) &&
      !isExpired(memory)
    if (
      memory === undefined ||
      !isUsable() ||
      (await revocations.mayBeRevoked([fingerprint, ...memory.ids]))
    ) {
      if (await revocations.isEnded(fingerprint)) return null
      throw away
    }
    // It may have been revoked while that was looked up.
    if (!isUsable()) throw away
    memory.checkedAt = clock.now()
    return memory.value
  }

  function peek(fingerprint: string): T | null {
    const memory = memories.get(fingerprint)
    const isFresh = memory !== undefined && isWithin(FRESH_MS, memory.checkedAt) && !isExpired(memory)
    return isFresh ? memory.value : null
  }

  return {
    peek,
    get(fingerprint, verify) {
      const remembered = peek(fingerprint)
      if (remembered !== null) return Promise.resolve(remembered)
      const shared = underway.get(fingerprint)
      if (shared !== undefined) return shared.answer
      const revoked = new Set<string>()
      const answer = Promise.resolve()
        .then(() => look(fingerprint, verify, revoked))
        .finally(() => underway.delete(fingerprint))
      underway.set(fingerprint, { answer, revoked })
      return answer
    },
  }
}
