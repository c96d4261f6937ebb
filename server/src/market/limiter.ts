/**
 * Keeps a vendor's limits, so that the vendor never has to: every HTTP attempt is admitted first.
 *
 * The promise is about what the vendor *sees*, in whatever second, minute or day it likes to count. A request that was
 * sent may arrive at any time before its answer; so it holds its place until then, and for a whole window after. That
 * costs a little speed (N requests in a second plus the time of an answer) and needs no guess at how long the way is.
 *
 * Who waits, waits in order within this process; across processes, whoever asks first when there is room. When the
 * store that all processes share is away, nobody is asked: a process that cannot count with the others must not
 * assume that it is alone.
 */
import { MarketDataError } from '../scan/errors.ts'
import { newYorkDateTime } from '../scan/new-york.ts'
import { readLimitHeaders } from './limit-headers.ts'
import type { LimitReply, LimitStore } from './limit-store.ts'
import type { ProviderLimits } from './provider.ts'
import { createTurns } from './turns.ts'
import { vendorDay } from './vendor-day.ts'

export interface LimiterOptions {
  /** As messages name it, e.g. `Tradier`. */
  vendor: string
  /** Read at each request. */
  limits: () => ProviderLimits
  store: LimitStore
  clock: { now(): number }
  /** What the vendor counts by the day. Default requests. */
  unit?: 'credits' | 'requests'
  /** What one request may take from the day's budget, never too low. Default 1. */
  reserve?: () => number
  /** When the vendor renews the budget: `HH:MM` in New York. Default midnight. */
  dayStartsAt?: string
  /** After this long an attempt is over, answered or not: not below the HTTP time-out. Default 11 000. */
  attemptMs?: number
  /** How long to wait for a store that is away. Default 5 000. */
  storePatienceMs?: number
}

export interface Limiter {
  /**
   * Resolves when one request may be sent, and must be sent at once.
   * @throws MarketDataError BUDGET_SPENT when the day's budget is gone, UNAVAILABLE when the store is away
   * @throws the signal's reason, once it is aborted
   */
  admit(signal: AbortSignal): Promise<void>
  /** To be called once per answer, with whatever status: what the vendor says of its limits is believed if stricter. */
  observe(headers: Headers): void
  /** A sentence while the day's budget is known to be gone, else null. */
  unavailable(): string | null
  /** What is left of the day's budget, at least 0; null when there is no budget, or the store is away. */
  budgetRemaining(): Promise<number | null>
}

/** A vendor that renews within this long counts by the minute, whatever it calls it; and can be waited for. */
const SHORT_MS = 61_000
/** A renewal further ahead is a mistake, ours or the vendor's. */
const LONGEST_MS = 48 * 3_600_000
const RETRY_STORE_MS = 250

export function createLimiter(options: LimiterOptions): Limiter {
  const { vendor, limits, store, clock, unit = 'requests', reserve = () => 1 } = options
  const { dayStartsAt = '00:00', attemptMs = 11_000, storePatienceMs = 5_000 } = options
  const turns = createTurns()
  /** Ends the pause of whoever is first in the queue. */
  let wake = () => {}
  let spentUntil = 0

  const today = () => vendorDay(clock.now(), dayStartsAt)

  function unavailable(): string | null {
    if (spentUntil <= clock.now()) return null
    const { perDay } = limits()
    const budget = perDay === null ? 'budget' : `budget of ${perDay.toLocaleString('en-US')} ${unit}`
    // The seconds are cut off, so that a renewal at 09:30:00 sharp is not said to be at 09:29.
    const time = newYorkDateTime(Math.ceil(spentUntil / 1000) * 1000).slice(
      'YYYY-MM-DD '.length,
      -':SS'.length,
    )
    return `${vendor}: today’s ${budget} is used up; it is renewed at ${time} (New York).`
  }

  /** What every reply tells, of this process' requests or of another's. */
  function learn({ waitMs, spent, underWay }: LimitReply): void {
    const { perDay } = limits()
    if (waitMs > SHORT_MS) spentUntil = clock.now() + waitMs
    else if (perDay === null || spent < perDay) spentUntil = 0
    else if (underWay === 0) spentUntil = today().endsAt
  }

  async function take(): Promise<LimitReply> {
    const reserved = Math.max(1, Math.ceil(reserve()))
    return store.take({ limits: limits(), day: today().name, reserve: reserved, attemptMs })
  }

  /** Until there is room. Only the first in the queue is here. */
  async function askUntilAdmitted(signal: AbortSignal): Promise<void> {
    let storeAwaySince: number | null = null
    for (;;) {
      signal.throwIfAborted()
      let pauseMs = RETRY_STORE_MS
      try {
        const reply = await take()
        storeAwaySince = null
        learn(reply)
        if (reply.outcome === 'ADMITTED') return
        pauseMs = reply.waitMs
      } catch (error) {
        storeAwaySince ??= clock.now()
        if (clock.now() - storeAwaySince >= storePatienceMs) throw storeAway(vendor, error)
      }
      const spent = unavailable()
      if (spent !== null) throw new MarketDataError('BUDGET_SPENT', spent)
      await sleep(pauseMs, signal)
    }
  }

  function sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal.addEventListener('abort', done, { once: true })
      wake = done
    })
  }

  return {
    unavailable,

    admit: (signal) => turns.inTurn(() => askUntilAdmitted(signal), signal),

    observe(headers) {
      const { consumed, left, renewedAt } = readLimitHeaders(headers)
      const now = clock.now()
      const { perDay } = limits()
      const { name: day, endsAt } = today()
      const until = renewedAt !== null && renewedAt < now + LONGEST_MS ? renewedAt : endsAt
      // What was renewed meanwhile says nothing any more.
      const isNews = left !== null && until > now
      const ofDay = until > now + SHORT_MS
      store
        .settle({
          day,
          consumed,
          saidSpent: isNews && ofDay && perDay !== null ? perDay - left : null,
          notice: isNews ? { left, renewedAt: until, ofDay } : null,
        })
        .then(learn)
        .then(() => wake())
        // A request whose answer cannot be noted holds its place until its time-out.
        .catch(() => undefined)
    },

    async budgetRemaining() {
      const { perDay } = limits()
      if (perDay === null) return null
      try {
        const reply = await store.look(today().name)
        learn(reply)
        return unavailable() === null ? Math.max(0, perDay - reply.spent) : 0
      } catch {
        return null
      }
    },
  }
}

function storeAway(vendor: string, cause: unknown): MarketDataError {
  const message = `${vendor} is not asked: the request counts that all servers share cannot be reached right now.`
  return new MarketDataError('UNAVAILABLE', message, { cause })
}
