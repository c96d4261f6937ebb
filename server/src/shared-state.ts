/** What the processes of an installation share: results, events, jobs, counts of requests. In Redis, or in this process. */
import { PubSub } from 'graphql-subscriptions'
import { createMemoryScanCache } from './cache/memory-scan-cache.ts'
import type { SharedRevocations } from './auth/revocations.ts'
import { redisAddress } from './cache/redis-address.ts'
import type { Env } from './env.ts'
import { createLocalScanQueue } from './events/local-scan-queue.ts'
import { createScanEvents } from './events/scan-events.ts'
import { type ClaimInstant, createMemoryClaims } from './events/schedule-claims.ts'
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

/** What all of it is made with. */
export interface SharedStateOptions {
  clock: Clock
  newId: () => string
  log: Log
}

export async function openSharedState(env: Env, options: SharedStateOptions): Promise<SharedState> {
  const address = redisAddress(env)
  if (address === null) return ofThisProcess(env, options)
  const { openRedisState } = await import('./redis-shared-state.ts')
  return openRedisState(address, env, options)
}

function ofThisProcess(env: Env, { clock, newId, log }: SharedStateOptions): SharedState {
  const engine = new PubSub()
  const channel = 'scanner:status'
  return {
    cache: createMemoryScanCache({
      clock,
      newId,
      ttlSeconds: env.CACHE_TTL_OPTIONS_SECONDS,
      leaseMs: env.SCAN_LEASE_MS,
      publish: (event) => void engine.publish(channel, event),
    }),
    events: createScanEvents(engine, channel, log),
    queue: createLocalScanQueue({ concurrency: env.SCAN_CONCURRENCY, log }),
    limitStoreFor: () => createMemoryLimitStore(clock),
    counters: createCounters({ redis: null, prefix: env.CACHE_KEY_PREFIX, log }),
    revocations: null,
    claimInstant: createMemoryClaims(clock),
    ping: null,
    queueSize: null,
    close: async () => {},
  }
}
