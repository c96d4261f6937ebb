/** Health and metrics of a process, put together from what it stands on. */
import { TOLERATED_MS } from '../db/away.ts'
import type { Clock, ScanCache, ScanEvents, ScanQueue } from '../scan/ports.ts'
import { createHealth, type Check } from './health.ts'
import { measuredCache } from './measured-cache.ts'
import { measuredEvents } from './measured-events.ts'
import { measuredQueue } from './measured-queue.ts'
import type { Metrics } from './metrics.ts'
import type { Ops } from './routes.ts'

export interface OpsSettings {
  ENVIRONMENT: 'LOCAL' | 'PRODUCTION'
  METRICS_TOKEN?: string | undefined
}

export interface Neighbours {
  askDatabase: () => Promise<unknown>
  /** Null without Redis. */
  ping: (() => Promise<unknown>) | null
  /** Null without a queue that workers share. */
  queueSize: (() => Promise<number>) | null
}

export function createOps(settings: OpsSettings, metrics: Metrics, neighbours: Neighbours): Ops {
  const { askDatabase, ping, queueSize } = neighbours
  if (queueSize !== null) metrics.sample(metrics.queueJobs, queueSize)
  const checks: Record<string, Check> = { database: { ask: askDatabase, toleratedMs: TOLERATED_MS } }
  // Without Redis, people are answered that there are no results now; no other server could do better.
  if (ping !== null) checks['redis'] = { ask: ping, toleratedMs: Infinity }
  return {
    health: createHealth(checks),
    metrics,
    metricsToken: settings.METRICS_TOKEN ?? null,
    openToLoopback: settings.ENVIRONMENT === 'LOCAL',
  }
}

/** What processes share, with a stopwatch on each port of the scanner. */
export function measured<T extends { cache: ScanCache; events: ScanEvents; queue: ScanQueue }>(
  shared: T,
  metrics: Metrics,
  clock: Clock,
): T {
  return {
    ...shared,
    cache: measuredCache(shared.cache, metrics),
    events: measuredEvents(shared.events, metrics, clock),
    queue: measuredQueue(shared.queue, metrics),
  }
}
