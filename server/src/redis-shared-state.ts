/** The shared state of an installation with Redis. Loaded only there. */
import { RedisPubSub } from 'graphql-redis-subscriptions'
import type { RedisAddress } from './cache/redis-address.ts'
import { createRedisLimitStore } from './cache/redis-limit-store.ts'
import { createRedisRevocations } from './cache/redis-revocations.ts'
import { createRedisScanCache, scanKeys } from './cache/redis-scan-cache.ts'
import { connectBlocking, connectRedis, connectSubscriber, onReturn } from './cache/redis.ts'
import type { Env } from './env.ts'
import { createLateScanQueue } from './events/late-scan-queue.ts'
import { createScanEvents } from './events/scan-events.ts'
import { createRedisClaims } from './events/schedule-claims.ts'
import { createCounters } from './limits/counters.ts'
import { CacheUnavailable } from './scan/errors.ts'
import type { SharedState, SharedStateOptions } from './shared-state.ts'

/** Jobs that wait in a worker for each that it fetches: enough to hide Redis, few enough to share the last ones. */
const AHEAD = 1 / 4

export async function openRedisState(
  address: RedisAddress,
  env: Env,
  { clock, newId, log }: SharedStateOptions,
): Promise<SharedState> {
  const prefix = env.CACHE_KEY_PREFIX
  const { channel } = scanKeys(prefix)
  const common = { clock, newId, ttlSeconds: env.CACHE_TTL_OPTIONS_SECONDS, leaseMs: env.SCAN_LEASE_MS }
  const redis = await connectRedis(address)
  const subscriber = connectSubscriber(address)
  const engine = new RedisPubSub({ publisher: redis, subscriber })
  const queue = createLateScanQueue(async () => {
    // BullMQ would wait until it is back, and everybody who asks with it.
    if (redis.status !== 'ready') throw new CacheUnavailable()
    const { createBullScanQueue } = await import('./events/bull-scan-queue.ts')
    if (redis.status !== 'ready') throw new CacheUnavailable()
    return createBullScanQueue({
      redis,
      connectWorker: () => connectBlocking(address),
      prefix,
      concurrency: Math.ceil(env.SCAN_CONCURRENCY * (1 + AHEAD)),
      lockMs: env.SCAN_LEASE_MS / 3,
      log,
    })
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
