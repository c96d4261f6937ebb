/** Makes changes as another server of the installation would: through the cache's own adapter. */
import { randomUUID } from 'node:crypto'
import { createRedisScanCache, scanKeys } from '../../server/src/cache/redis-scan-cache.ts'
import { connectRedis } from '../../server/src/cache/redis.ts'
import { readEnv } from '../../server/src/env.ts'
import { defaultCriteria, outcome, silentLog } from '../../tests/support/fakes.ts'
import type { ScanCache } from '../../server/src/scan/ports.ts'
import { now } from '../clock.ts'
import { RESULTS_LIVE_SECONDS } from './ours.ts'

/** USD. */
const CENT = 0.01

export interface Publisher extends Disposable {
  cache: ScanCache
  /** Where servers hear of changes. */
  channel: string
  /** Has a run replace the row of a symbol by a newer one. */
  rescan(symbol: string): Promise<void>
  /** Says that these rows have changed. Answers the number of the change, and when it was asked for. */
  announce(symbols: string[]): Promise<{ seq: number; at: number }>
}

export async function connectPublisher(redisUrl: string): Promise<Publisher> {
  const { CACHE_KEY_PREFIX: prefix, SCAN_LEASE_MS: leaseMs } = readEnv({})
  const redis = await connectRedis(redisUrl)
  const clock = { now: () => Date.now(), marketNow: () => Date.now() }
  const cache = createRedisScanCache({
    redis,
    clock,
    newId: () => randomUUID(),
    log: silentLog,
    prefix,
    ttlSeconds: RESULTS_LIVE_SECONDS,
    leaseMs,
  })
  return {
    cache,
    channel: scanKeys(prefix).channel,
    async rescan(symbol) {
      const [row] = await cache.readTickers([symbol])
      if (row === undefined) throw new Error(`There is no row of ${symbol}.`)
      const runId = randomUUID()
      const at = new Date().toISOString()
      const plan = { runId, startedAt: at, startedById: null, symbols: [symbol], criteria: defaultCriteria }
      const newer = { ...row, scannedAt: at, underlyingPrice: (row.underlyingPrice ?? 0) + CENT }
      const end = { state: 'COMPLETED', lastRun: `Scanned ${symbol}.`, finishedAt: at, keep: null } as const
      const steps = [
        () => cache.claim({ ...plan, corrupt: [] }),
        () => cache.commit(runId, outcome(symbol), newer),
        () => cache.finish(runId, end),
      ]
      for (const step of steps) if (!(await step())) throw new Error('Another run is in the way.')
    },
    async announce(symbols) {
      const at = now()
      await cache.announce(symbols)
      const { seq } = await cache.position()
      return { seq, at }
    },
    [Symbol.dispose]: () => redis.disconnect(),
  }
}
