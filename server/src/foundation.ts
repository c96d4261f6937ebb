/** What servers and workers alike stand on: shared state, market data, the database, and the worker itself. */
import { randomUUID } from 'node:crypto'
import { describeRedis, redisAddress } from './cache/redis-address.ts'
import type { OnClose } from './closing.ts'
import { openDatabaseOf } from './database.ts'
import { applyMigrations } from './db/migrate.ts'
import { createScanRuns } from './db/scan-runs.ts'
import { seedStocks } from './db/seed.ts'
import { rememberStocks } from './db/remembered-stocks.ts'
import { createStocks } from './db/stocks.ts'
import type { Env } from './env.ts'
import { createMarketData } from './market-data.ts'
import { createMarketHours } from './market/calendar.ts'
import { expirationKindOf } from './market/expirations.ts'
import { tradingMinutesBetween } from './market/trading-time.ts'
import { demoStocks } from './market/demo/stocks.ts'
import { measuredProvider } from './ops/measured-market-data.ts'
import { createMetrics } from './ops/metrics.ts'
import { createOps, measured } from './ops/ops.ts'
import type { Clock, Log } from './scan/ports.ts'
import { createScanWorker } from './scan/worker.ts'
import { openSharedState } from './shared-state.ts'

export type Foundation = Awaited<ReturnType<typeof openFoundation>>

/**
 * @param opening of the database, where that has begun already
 * @throws DatabaseUnavailable with a sentence for the operator
 */
export async function openFoundation(
  env: Env,
  log: Log,
  onClose: OnClose,
  opening = openDatabaseOf(env, log),
) {
  const clock: Clock = { now: () => Date.now(), marketNow: () => env.CLOCK_AT ?? Date.now() }
  const newId = () => randomUUID()
  const metrics = createMetrics()
  // At the same time as the shared state: neither needs the other. Whoever waits for it is told what is wrong.
  opening.catch(() => {})
  const shared = measured(await openSharedState(env, { clock, newId, log }), metrics, clock)
  onClose(() => shared.close())
  const { cache, events, queue, limitStoreFor } = shared
  const marketData = await createMarketData(env, clock, limitStoreFor, (provider) =>
    measuredProvider(provider, metrics),
  )

  const database = await opening
  onClose(() => database.close())
  const applied = await applyMigrations(database)
  if (applied.length > 0) log.info({ applied }, 'The database was brought up to date.')
  await seedStocks(database, marketData.simulated ? demoStocks : null)
  const { simulated, sources } = marketData
  const stocks = rememberStocks(createStocks(database, { simulated, sources }), clock)
  const runs = createScanRuns(database)

  const worker = createScanWorker(
    { cache, events, queue, marketData, expirationKindOf, tradingMinutesBetween, stocks, runs, clock, log },
    {
      riskFreeRate: env.RISK_FREE_RATE,
      concurrency: env.SCAN_CONCURRENCY,
      leaseMs: env.SCAN_LEASE_MS,
      tickerTimeoutMs: env.SCAN_TICKER_TIMEOUT_MS,
    },
  )
  const address = redisAddress(env)
  return {
    clock,
    newId,
    shared,
    marketData,
    marketHours: createMarketHours(clock),
    database,
    stocks,
    runs,
    worker,
    ops: createOps(env, metrics, { ...shared, askDatabase: () => database.sql`SELECT 1` }),
    /** Where things are kept, for the operator. */
    description: {
      database: database.description,
      cache: address === null ? 'in this process' : describeRedis(address),
    },
  }
}
