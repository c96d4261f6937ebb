/** A run's hold on being the only one, and the writes that depend on it. */
import { CacheFull, CacheUnavailable } from './errors.ts'
import type { Clock, ScanCache } from './ports.ts'

/** The run is no longer the one that scans: cancelled elsewhere, expired, or wiped with the cache. */
export class LeaseLost extends Error {
  override name = 'LeaseLost'
  constructor() {
    super('The run no longer holds the scan lease.')
  }
}

export interface Lease {
  /** Aborted when the lease is lost. */
  readonly signal: AbortSignal
  /**
   * A write that is refused without the lease. While the cache is away it is tried again until the lease must have
   * run out.
   * @throws LeaseLost, or CacheFull at once
   */
  write(attempt: () => Promise<boolean>): Promise<void>
  /** The run has ended elsewhere. */
  lose(): void
  /** Ends the renewing; the lease itself is released by `ScanCache.finish`. */
  stop(): void
}

const RETRY_MS = 250

/** Of a run that holds the lease: renews every third of `leaseMs`. */
export function holdLease(cache: ScanCache, runId: string, leaseMs: number, clock: Clock): Lease {
  const lost = new AbortController()
  let renewedAt = clock.now()
  const ranOut = () => clock.now() - renewedAt >= leaseMs

  // At once, too: whoever held the run before may have died a while ago.
  void renew()
  const timer = setInterval(() => void renew(), leaseMs / 3)

  async function renew(): Promise<void> {
    const askedAt = clock.now()
    try {
      if (await cache.renew(runId)) renewedAt = askedAt
      else lost.abort(new LeaseLost())
    } catch (error) {
      if (!(error instanceof CacheUnavailable) || ranOut()) lost.abort(new LeaseLost())
    }
  }

  return {
    signal: lost.signal,
    async write(attempt) {
      for (;;) {
        lost.signal.throwIfAborted()
        try {
          if (await attempt()) return
          lost.abort(new LeaseLost())
        } catch (error) {
          if (!(error instanceof CacheUnavailable) || error instanceof CacheFull) throw error
          if (ranOut()) lost.abort(new LeaseLost())
          else await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
        }
      }
    },
    lose: () => lost.abort(new LeaseLost()),
    stop: () => clearInterval(timer),
  }
}
