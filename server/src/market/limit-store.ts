/** Where a limiter counts: in this process (`memory-limit-store.ts`), or in Redis, where all processes see the count. */
import type { ProviderLimits } from './provider.ts'

/**
 * The book of one vendor's requests. Each method is one atomic step, whoever else is counting.
 *
 * A request is *under way* from the moment it is admitted until an answer is settled or its attempt has timed out: only
 * then is it certain that the vendor has seen it. It counts in every window that began before that.
 */
export interface LimitStore {
  /** Admits one request, if all limits leave room for it. */
  take(request: LimitRequest): Promise<LimitReply>
  /** An answer has come: the request that has been under way for longest is over. */
  settle(answer: LimitAnswer): Promise<LimitReply>
  /** Changes nothing. */
  look(day: string): Promise<LimitReply>
}

export interface LimitRequest {
  limits: ProviderLimits
  /** Names the vendor's day. */
  day: string
  /**
   * What the request may take from the day's budget, at least 1. Held while it is under way; then it is charged what
   * its answer says that it took, and 1 if nothing is said or no answer comes: that need not have cost more, and what
   * it did cost, the next answer's balance tells.
   */
  reserve: number
  /** After this long the attempt is given up, and cannot reach the vendor any more. */
  attemptMs: number
}

export interface LimitAnswer {
  day: string
  /** What the request took from the day's budget; null when the vendor does not say. */
  consumed: number | null
  /** The day's budget less what the vendor says is left of it; null when it does not say. Believed when it is more. */
  saidSpent: number | null
  /** What the vendor has left for now; null when it does not say. */
  notice: LimitNotice | null
}

export interface LimitNotice {
  left: number
  /** When that is renewed, in milliseconds since 1970. With nothing left, nobody asks before. */
  renewedAt: number
  /** Of the day's budget; otherwise of a shorter window, where requests under way are still to be subtracted. */
  ofDay: boolean
}

export interface LimitReply {
  /** `SPENT`: the day's budget is used up, and nothing under way may still turn out to be cheaper. */
  outcome: 'ADMITTED' | 'WAIT' | 'SPENT'
  /** It is no use asking again earlier, unless an answer comes; at least 1 with `WAIT`. */
  waitMs: number
  /** Of the day's budget so far, without the reserves of requests under way. */
  spent: number
  /** Requests under way, of all processes: `spent` is final when there is none. */
  underWay: number
}

/** How soon to ask again when only an answer, in whatever process, can make room. */
export const ANSWER_POLL_MS = 100
