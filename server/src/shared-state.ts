/** What the servers of an installation share: results, events, counts of requests. In Redis, or in this process. */
import { RedisPubSub } from 'graphql-redis-subscriptions'
import { PubSub } from 'graphql-subscriptions'
import { createMemoryScanCache } from './cache/memory-scan-cache.ts'
import { createRedisLimitStore } from './cache/redis-limit-store.ts'
import { createRedisScanCache, scanKeys } from './cache/redis-scan-cache.ts'
import { connectRedis, connectSubscriber } from './cache/redis.ts'
import type { Env } from './env.ts'
import { createScanEvents } from './events/scan-events.ts'
import type { LimitStore } from './market/limit-store.ts'
import { createMemoryLimitStore } from './market/memory-limit-store.ts'
import type { Clock, Log, ScanCache, ScanEvents } from './scan/ports.ts'

export interface SharedState {
  cache: ScanCache
  events: ScanEvents
  /** Where the requests to the provider of that name are counted. */
  limitStoreFor: (provider: string) => LimitStore
  close(): Promise<void>
}

export async function openSharedState(
  env: Env,
  { clock, newId, log }: { clock: Clock; newId: () => string; log: Log },
): Promise<SharedState> {
  const prefix = env.CACHE_KEY_PREFIX
  const { channel } = scanKeys(prefix)
  const common = { clock, newId, ttlSeconds: env.CACHE_TTL_OPTIONS_SECONDS, leaseMs: env.SCAN_LEASE_MS }
  if (env.REDIS_URL === undefined) {
    const engine = new PubSub()
    return {
      cache: createMemoryScanCache({ ...common, publish: (event) => void engine.publish(channel, event) }),
      events: createScanEvents(engine, channel, log),
      limitStoreFor: () => createMemoryLimitStore(clock),
      close: async () => {},
    }
  }
  const redis = await connectRedis(env.REDIS_URL)
  const subscriber = connectSubscriber(env.REDIS_URL)
  const engine = new RedisPubSub({ publisher: redis, subscriber })
  return {
    cache: createRedisScanCache({ ...common, redis, log, prefix }),
    events: createScanEvents(engine, channel, log),
    limitStoreFor: (provider) => createRedisLimitStore({ redis, newId, prefix, provider }),
    close: async () => {
      subscriber.disconnect()
      redis.disconnect()
    },
  }
}
