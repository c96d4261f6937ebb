/** Makes changes as another server of the installation would: through the cache's own adapter. */
import { randomUUID } from 'node:crypto'
import { createRedisScanCache, scanKeys } from '../../server/src/cache/redis-scan-cache.ts'
import { connectRedis } from '../../server/src/cache/redis.ts'
import { readEnv } from '../../server/src/env.ts'
import { silentLog } from '../../tests/support/fakes.ts'
import type { ScanCache } from '../../server/src/scan/ports.ts'
import { now } from '../clock.ts'
import { RESULTS_LIVE_SECONDS } from './ours.ts'

export interface Publisher extends Disposable {
  cache: ScanCache
  /** Where servers hear of changes. */
  channel: string
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
    async announce(symbols) {
      const at = now()
      await cache.announce(symbols)
      const { seq } = await cache.position()
      return { seq, at }
    },
    [Symbol.dispose]: () => redis.disconnect(),
  }
}
