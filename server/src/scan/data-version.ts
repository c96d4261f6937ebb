/** The version of everything that results show: while it is the same, so are they, until the first of them expires. */
import type { Edition, Instant } from './model.ts'
import type { MarketHours, ScanCache } from './ports.ts'
import type { ScanView } from './view.ts'

export interface DataVersion {
  /**
   * Read after the call.
   * @throws CacheUnavailable
   */
  now(): Promise<string>
}

/** @param prepare told of the edition of the stock list: whoever asks for results of another version needs that too */
export function createDataVersion(
  cache: Pick<ScanCache, 'position'>,
  marketHours: MarketHours,
  prepare: (edition: Edition) => void,
): DataVersion {
  let last: Edition = null
  return {
    async now() {
      const { epoch, seq, edition } = await cache.position()
      if (edition !== last) prepare(edition)
      last = edition
      return [epoch, seq, marketHours.isOpen(), marketHours.opensAt()].join(' ')
    },
  }
}

/** During a scan, leases run out without a change: what is shown of it is believed for a moment only. */
const RUNNING_MS = 250

/**
 * How long a view is what its version stands for, milliseconds since 1970; null: not even now.
 * @param lifetimeMs of results and status
 */
export function goodUntil(view: ScanView, now: number, lifetimeMs: number): number | null {
  if (view.degraded) return null
  if (view.scanInProgress) return now + RUNNING_MS
  const since = (instant: Instant) => Date.parse(instant) + lifetimeMs
  const ends = [...view.tickers.map(({ scannedAt }) => scannedAt), view.finishedAt ?? view.startedAt]
  return Math.min(...ends.flatMap((instant) => (instant === null ? [] : since(instant))), Infinity)
}
