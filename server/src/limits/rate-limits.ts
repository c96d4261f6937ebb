/** How many requests a minute are answered: by credential, by person, and by address. */
import type { Viewer } from '../auth/viewer.ts'
import type { Count, Counters } from './counters.ts'
import { networkOf } from './network.ts'

export interface Verdict {
  allowed: boolean
  /** Of the bound that is nearest; Infinity when nothing is limited. */
  limit: number
  remaining: number
  /** Until there is room again. */
  resetSeconds: number
}

export type Client = Pick<Viewer, 'id' | 'credential'>

export interface RateLimits {
  /** Counts a request, or one operation of a socket. `viewer` is null for somebody who is not signed in. */
  take(viewer: Client | null, address: string, cost?: number): Promise<Verdict>
  /** The same for a request, which is counted once, by whoever judges it first. */
  takeOnce(request: object, viewer: Client | null, address: string): Promise<Verdict>
  /** The same for so many requests that came together: a count for each, and the counters are asked once. */
  takeEach(count: number, viewer: Client | null, address: string): Promise<Verdict[]>
  /** A request has been judged: it is not counted again. */
  judged(request: object, verdict: Verdict): void
  /**
   * What to tell somebody whose address has had its share, before anything is looked up for them; else null, as for a
   * request that has been judged.
   */
  spent(request: object, address: string): Promise<Verdict | null>
}

type Counted = Count & { limit: number }

const MINUTE_MS = 60_000

/** A program that has spent its token's share leaves its owner's page working. */
const PERSON_FACTOR = 2
/** An office behind one address. */
const ADDRESS_FACTOR = 5

const unlimited: Verdict = { allowed: true, limit: Infinity, remaining: Infinity, resetSeconds: 0 }

/** @param options.perMinute for one credential; 0: no limits */
export function createRateLimits(counters: Counters, { perMinute }: { perMinute: number }): RateLimits {
  const addressLimit = perMinute * ADDRESS_FACTOR
  const addressKey = (address: string) => `requests:address:${networkOf(address)}`

  const judged = new WeakMap<object, Verdict | Promise<Verdict>>()

  async function counted(viewer: Client | null, address: string, cost: number): Promise<Counted[]> {
    const bounds: [key: string, limit: number][] = [[addressKey(address), addressLimit]]
    if (viewer !== null) {
      const { kind, id } = viewer.credential
      bounds.push([`requests:${kind.toLowerCase()}:${id}`, perMinute])
      bounds.push([`requests:person:${viewer.id}`, perMinute * PERSON_FACTOR])
    }
    return Promise.all(
      bounds.map(async ([key, limit]) => ({ ...(await counters.add(key, cost, MINUTE_MS)), limit })),
    )
  }

  const limits: RateLimits = {
    async takeOnce(request, viewer, address) {
      const before = judged.get(request)
      if (before !== undefined) return before
      const verdict = limits.take(viewer, address)
      judged.set(request, verdict)
      return verdict
    },

    async take(viewer, address, cost = 1) {
      if (perMinute === 0) return unlimited
      return tightest(await counted(viewer, address, cost), 0)
    },

    async takeEach(count, viewer, address) {
      if (perMinute === 0) return Array.from({ length: count }, () => unlimited)
      const counts = await counted(viewer, address, count)
      const last = tightest(counts, 0)
      return Array.from({ length: count }, (_, index) => {
        const later = count - 1 - index
        // Where the last one is allowed, all are, and the same bound is the nearest.
        return last.allowed ? { ...last, remaining: last.remaining + later } : tightest(counts, later)
      })
    },

    judged: (request, verdict) => void judged.set(request, verdict),

    async spent(request, address) {
      if (perMinute === 0 || judged.has(request)) return null
      const found = await counters.peek(addressKey(address))
      return found.count < addressLimit ? null : { ...verdictOf(found, addressLimit), allowed: false }
    },
  }
  return limits
}

/** As clients expect them; none when nothing is limited. */
export function rateLimitHeaders({ limit, remaining, resetSeconds }: Verdict): Record<string, string> {
  if (limit === Infinity) return {}
  return {
    'RateLimit-Limit': String(limit),
    'RateLimit-Remaining': String(remaining),
    'RateLimit-Reset': String(resetSeconds),
  }
}

const verdictOf = ({ count, resetMs }: Count, limit: number): Verdict => ({
  allowed: count <= limit,
  limit,
  remaining: Math.max(0, limit - count),
  resetSeconds: Math.max(1, Math.ceil(resetMs / 1000)),
})

/** @param later how many of the counted came after */
const tightest = (counts: Counted[], later: number): Verdict =>
  counts
    .map(({ count, resetMs, limit }) => verdictOf({ count: count - later, resetMs }, limit))
    .reduce((a, b) => (isTighter(b, a) ? b : a))

/** The bound that a client runs into first; of those that it ran into, the one that holds longest. */
function isTighter(a: Verdict, b: Verdict): boolean {
  if (a.remaining !== b.remaining) return a.remaining < b.remaining
  if (a.allowed !== b.allowed) return !a.allowed
  return a.resetSeconds > b.resetSeconds
}
