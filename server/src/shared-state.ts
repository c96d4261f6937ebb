/** What the processes of an installation share: results, events, jobs, counts of requests. In Redis, or in this process. */
import { RedisPubSub } from 'graphql-redis-subscriptions'
import { PubSub } from 'graphql-subscriptions'
import { createMemoryScanCache } from './cache/memory-scan-cache.ts'
import type { SharedRevocations } from './auth/revocations.ts'
import { createRedisLimitStore } from './cache/redis-limit-store.ts'
import { createRedisRevocations } from './cache/redis-revocations.ts'
import { createRedisScanCache, scanKeys } from './cache/redis-scan-cache.ts'
import { connectBlocking, connectRedis, connectSubscriber, onReturn, redisAddress } from './cache/redis.ts'
import type { Env } from './env.ts'
import { createBullScanQueue } from './events/bull-scan-queue.ts'
import { createLocalScanQueue } from './events/local-scan-queue.ts'
import { createScanEvents } from './events/scan-events.ts'
import { createMemoryClaims, createRedisClaims } from './events/schedule-claims.ts'
import type { ClaimInstant } from './events/schedule.ts'
import { createCounters, type Counters } from './limits/counters.ts'
import type { LimitStore } from './market/limit-store.ts'
import { createMemoryLimitStore } from './market/memory-limit-store.ts'
import type { Clock, Log, ScanCache, ScanEvents, ScanQueue } from './scan/ports.ts'

export interface SharedState {
  cache: ScanCache
  events: ScanEvents
  queue: ScanQueue
  /** Where the requests to the provider of that name are counted. */
  limitStoreFor: (provider: string) => LimitStore
  /** Of requests, and of wrong passwords. */
  counters: Counters
  /** What servers tell each other of revocations; null without Redis. */
  revocations: SharedRevocations | null
  /** Who starts a scheduled scan. */
  claimInstant: ClaimInstant
  /** Rejects when Redis does not answer; null without one. */
  ping: (() => Promise<unknown>) | null
  /** Jobs in the queue that workers share; null without one. */
  queueSize: (() => Promise<number>) | null
  close(): Promise<void>
}

/** Jobs that wait in a worker for each that it fetches: enough to hide Redis, few enough to share the last ones. */
const AHEAD = 1 / 4

export async function openSharedState(
  env: Env,
  { clock, newId, log }: { clock: Clock; newId: () => string; log: Log },
): Promise<SharedState> {
  const prefix = env.CACHE_KEY_PREFIX
  const { channel } = scanKeys(prefix)
  const common = { clock, newId, ttlSeconds: env.CACHE_TTL_OPTIONS_SECONDS, leaseMs: env.SCAN_LEASE_MS }
  const address = redisAddress(env)
  if (address === null) {
    const engine = new PubSub()
    return {
      cache: createMemoryScanCache({ ...common, publish: (event) => void engine.publish(channel, event) }),
      events: createScanEvents(engine, channel, log),
      queue: createLocalScanQueue({ concurrency: env.SCAN_CONCURRENCY, log }),
      limitStoreFor: () => createMemoryLimitStore(clock),
      counters: createCounters({ redis: null, prefix, log }),
      revocations: null,
      claimInstant: createMemoryClaims(clock),
      ping: null,
      queueSize: null,
      close: async () => {},
    }
  }
  const redis = await connectRedis(address)
  const subscriber = connectSubscriber(address)
  const engine = new RedisPubSub({ publisher: redis, subscriber })
  const queue = createBullScanQueue({
    redis,
    connectWorker: () => connectBlocking(address),
    prefix,
    concurrency: Math.ceil(env.SCAN_CONCURRENCY * (1 + AHEAD)),
    lockMs: env.SCAN_LEASE_MS / 3,
    log,
  })
  return {
    cache: createRedisScanCache({ ...common, redis, log, prefix }),
    events: createScanEvents(engine, channel, log, (listener) => onReturn([subscriber, redis], listener)),
    queue,
    limitStoreFor: (provider) => createRedisLimitStore({ redis, newId, prefix, provider }),
    counters: createCounters({ redis, prefix, log }),
    revocations: createRedisRevocations({ redis, engine, prefix, newId }),
    claimInstant: createRedisClaims(redis, prefix),
    ping: () => redis.ping(),
    queueSize: queue.size,
    close: async () => {
      await queue.close()
      subscriber.disconnect()
      redis.disconnect()
    },
  }
}
