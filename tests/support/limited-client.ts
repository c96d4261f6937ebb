/**
 * A process that asks a vendor as fast as its limiter lets it: `tsx limited-client.ts <JSON of ClientTask>`. Prints
 * what became of its requests, as JSON.
 */
import { randomUUID } from 'node:crypto'
import { createRedisLimitStore } from '../../server/src/cache/redis-limit-store.ts'
import { connectRedis } from '../../server/src/cache/redis.ts'
import { createVendorHttp } from '../../server/src/market/http.ts'
import { createLimiter } from '../../server/src/market/limiter.ts'
import { createMemoryLimitStore } from '../../server/src/market/memory-limit-store.ts'
import type { ProviderLimits } from '../../server/src/market/provider.ts'
import { MarketDataError } from '../../server/src/scan/errors.ts'

export interface ClientTask {
  vendorUrl: string
  /** Null: counts alone. */
  redisUrl: string | null
  prefix: string
  limits: Partial<ProviderLimits>
  reserve?: number
  requests: number
  /** Begins at this time, so that several begin together. Milliseconds since 1970. */
  startAt: number
}

/** How many requests ended in each way: `answered`, or the fault. */
export type ClientReport = Partial<Record<string, number>>

async function work(task: ClientTask): Promise<ClientReport> {
  const clock = { now: () => Date.now() }
  const redis = task.redisUrl === null ? null : await connectRedis(task.redisUrl)
  const { prefix } = task
  const limiter = createLimiter({
    vendor: 'Vendor',
    clock,
    limits: () => ({ perSecond: null, perMinute: null, perDay: null, concurrent: null, ...task.limits }),
    store:
      redis === null
        ? createMemoryLimitStore(clock)
        : createRedisLimitStore({ redis, newId: randomUUID, prefix, provider: 'strict' }),
    dayStartsAt: '09:30',
    unit: 'credits',
    reserve: () => task.reserve ?? 1,
  })
  const { admit, observe: onHeaders } = limiter
  const http = createVendorHttp({ vendor: 'Vendor', clock, attempts: 1, admit, onHeaders })
  const url = new URL('/v1/options/chain/XYZ/', task.vendorUrl)
  const report: ClientReport = {}

  await new Promise((resolve) => setTimeout(resolve, Math.max(0, task.startAt - Date.now())))
  await Promise.all(
    Array.from({ length: task.requests }, async () => {
      const end = await http.fetchJson(url, { signal: new AbortController().signal }).then(
        () => 'answered',
        (error: unknown) => (error instanceof MarketDataError ? error.fault : String(error)),
      )
      report[end] = (report[end] ?? 0) + 1
    }),
  )
  redis?.disconnect()
  return report
}

process.stdout.write(JSON.stringify(await work(JSON.parse(process.argv[2] ?? '') as ClientTask)))
