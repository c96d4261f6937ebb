/** The scan caches that a test can run on: in memory always, on a real Redis where there is one. */
import { randomUUID } from 'node:crypto'
import { RedisPubSub } from 'graphql-redis-subscriptions'
import { PubSub } from 'graphql-subscriptions'
import type { Redis } from 'ioredis'
import { createMemoryScanCache } from '../../server/src/cache/memory-scan-cache.ts'
import { createRedisScanCache, scanKeys } from '../../server/src/cache/redis-scan-cache.ts'
import { connectBlocking, connectRedis, connectSubscriber } from '../../server/src/cache/redis.ts'
import { createBullScanQueue } from '../../server/src/events/bull-scan-queue.ts'
import type { DurableScanQueue } from '../../server/src/events/late-scan-queue.ts'
import { createLocalScanQueue } from '../../server/src/events/local-scan-queue.ts'
import { createScanEvents } from '../../server/src/events/scan-events.ts'
import type { Clock, Log, ScanCache, ScanEvents, ScanQueue } from '../../server/src/scan/ports.ts'
import { silentLog } from './fakes.ts'

export interface CacheOptions {
  clock: Clock
  log?: Log
  leaseMs?: number
  ttlSeconds?: number
  /** Redis only: share a prefix to be another server of the same installation. */
  prefix?: string
  url?: string
}

export interface OpenCache extends AsyncDisposable {
  cache: ScanCache
  events: ScanEvents
  /** Another server's queue, or another worker's: in memory each has its own, on Redis (BullMQ) they share one. */
  openQueue(concurrency: number): ScanQueue
  /** Null in memory. */
  redis: Redis | null
  keys: ReturnType<typeof scanKeys>
}

export type CacheKind = { name: string; open: (options: CacheOptions) => Promise<OpenCache> }

export const memoryCache: CacheKind = {
  name: 'memory',
  async open({ clock, log = silentLog, leaseMs = 15_000, ttlSeconds = 2700 }) {
    const engine = new PubSub()
    const keys = scanKeys('test')
    const cache = createMemoryScanCache({
      clock,
      newId: randomUUID,
      leaseMs,
      ttlSeconds,
      publish: (event) => void engine.publish(keys.channel, event),
    })
    const events = createScanEvents(engine, keys.channel, log)
    const openQueue = (concurrency: number) => createLocalScanQueue({ concurrency, log })
    return { cache, events, openQueue, redis: null, keys, async [Symbol.asyncDispose]() {} }
  },
}

export const redisCache: CacheKind = {
  name: 'Redis',
  async open({ clock, log = silentLog, leaseMs = 15_000, ttlSeconds = 2700, prefix, url }) {
    const address = url ?? process.env['TEST_REDIS_URL'] ?? ''
    const scope = prefix ?? `test-${randomUUID()}`
    const redis = await connectRedis(address)
    const subscriber = connectSubscriber(address)
    const keys = scanKeys(scope)
    const queues: DurableScanQueue[] = []
    return {
      openQueue(concurrency) {
        const connectWorker = () => connectBlocking(address)
        const lockMs = leaseMs / 3
        const queue = createBullScanQueue({ redis, connectWorker, prefix: scope, concurrency, lockMs, log })
        queues.push(queue)
        return queue
      },
      cache: createRedisScanCache({
        redis,
        clock,
        newId: randomUUID,
        log,
        prefix: scope,
        ttlSeconds,
        leaseMs,
      }),
      events: createScanEvents(new RedisPubSub({ publisher: redis, subscriber }), keys.channel, log),
      redis,
      keys,
      async [Symbol.asyncDispose]() {
        for (const queue of queues) await queue.close()
        subscriber.disconnect()
        redis.disconnect()
      },
    }
  },
}

export const hasRedis = process.env['TEST_REDIS_URL'] !== undefined
export const cacheKinds: CacheKind[] = hasRedis ? [memoryCache, redisCache] : [memoryCache]
