/** Every adapter, built once, in the order in which they stand on each other; `close` goes back in reverse. */
import { randomBytes, randomUUID } from 'node:crypto'
import { createAuth, type Auth } from './auth/auth.ts'
import { loadSecret } from './auth/secret.ts'
import { openDatabase } from './db/client.ts'
import { applyMigrations } from './db/migrate.ts'
import { createScanRuns } from './db/scan-runs.ts'
import { seedStocks } from './db/seed.ts'
import { createCriteriaStore } from './db/criteria.ts'
import { createStocks } from './db/stocks.ts'
import { CLIENT_ADDRESS_HEADER } from './edge.ts'
import type { Env } from './env.ts'
import type { Api } from './graphql/context.ts'
import { createMarketData } from './market-data.ts'
import { createMarketHours } from './market/calendar.ts'
import { expirationKindOf } from './market/expirations.ts'
import { tradingMinutesBetween } from './market/trading-time.ts'
import { demoStocks } from './market/demo/stocks.ts'
import { createCriteria } from './scan/criteria.ts'
import { createCuratedList } from './scan/curated-list.ts'
import { createLiveStatus } from './scan/live.ts'
import type { ScanCriteria } from './scan/model.ts'
import type { Clock, Log } from './scan/ports.ts'
import { createScanner } from './scan/scanner.ts'
import { openSharedState } from './shared-state.ts'

export interface Deps {
  auth: Auth
  api: Api
  /** What the first administrator has to type. New at each start. */
  setupCode: string
  /** Where things are kept, for the operator. */
  description: { database: string; cache: string }
  /** Ends streams, cancels a running scan, closes connections. */
  close(): Promise<void>
}

/** @throws DatabaseUnavailable with a sentence for the operator */
export async function createDeps(env: Env, log: Log): Promise<Deps> {
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const step of closers.splice(0).toReversed()) {
      await step().catch((error: unknown) =>
        log.warn({ reason: String(error) }, 'Something did not close cleanly.'),
      )
    }
  }
  try {
    return await build(env, log, closers, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function build(
  env: Env,
  log: Log,
  closers: (() => Promise<void>)[],
  close: () => Promise<void>,
): Promise<Deps> {
  const clock: Clock = { now: () => Date.now(), marketNow: () => env.CLOCK_AT ?? Date.now() }
  const newId = () => randomUUID()
  const shared = await openSharedState(env, { clock, newId, log })
  closers.push(() => shared.close())
  const { cache, events, limitStoreFor } = shared
  const marketData = createMarketData(env, clock, limitStoreFor)
  const marketHours = createMarketHours(clock)

  const database = await openDatabase({ databaseUrl: env.DATABASE_URL ?? null, dataDir: env.DATA_DIR, log })
  closers.push(() => database.close())
  const applied = await applyMigrations(database)
  if (applied.length > 0) log.info({ applied }, 'The database was brought up to date.')
  await seedStocks(database.prisma, marketData.simulated ? demoStocks : null)
  const stocks = createStocks(database.prisma, {
    simulated: marketData.simulated,
    sources: marketData.sources,
  })

  const setupCode = newSetupCode()
  const auth = await createAuth({
    prisma: database.prisma,
    secret: env.AUTH_SECRET ?? (await loadSecret(env.DATA_DIR)),
    publicUrl: env.PUBLIC_URL ?? null,
    secureCookies: env.PUBLIC_URL?.startsWith('https:') ?? false,
    environment: env.ENVIRONMENT,
    setupCode,
    clientAddressHeader: CLIENT_ADDRESS_HEADER,
    rateLimited: true,
    log,
  })

  const criteria = createCriteria(createCriteriaStore(database.prisma, criteriaOf(env)), cache, log)
  const scanner = createScanner(
    {
      cache,
      marketData,
      expirationKindOf,
      tradingMinutesBetween,
      stocks,
      runs: createScanRuns(database.prisma),
      criteria,
      marketHours,
      clock,
      log,
      newId,
    },
    {
      riskFreeRate: env.RISK_FREE_RATE,
      concurrency: env.SCAN_CONCURRENCY,
      leaseMs: env.SCAN_LEASE_MS,
      tickerTimeoutMs: env.SCAN_TICKER_TIMEOUT_MS,
      sweepMs: env.SCAN_SWEEP_MS,
      ignoreMarketHours: env.ENVIRONMENT === 'LOCAL',
    },
  )
  await scanner.open()
  const live = createLiveStatus({
    cache,
    events,
    stocks,
    log,
    sources: marketData.sources,
    lookMs: env.STATUS_LOOK_MS,
  })
  // The end of a cancelled scan still reaches the subscribers: streams end after it, and before the connections.
  closers.push(() => live.close())
  closers.push(() => scanner.close())

  return {
    auth,
    api: {
      scanner,
      live,
      curatedList: createCuratedList(stocks, cache, log),
      marketData,
      marketHours,
      clock,
      criteria,
      isLocalEnvironment: env.ENVIRONMENT === 'LOCAL',
    },
    setupCode,
    description: {
      database: database.description,
      cache: env.REDIS_URL === undefined ? 'in this process' : `Redis at ${new URL(env.REDIS_URL).host}`,
    },
    close,
  }
}

function criteriaOf(env: Env): ScanCriteria {
  return {
    side: 'PUT',
    minAnnualizedReturn: env.SCAN_MIN_ANNUALIZED_RETURN,
    maxAbsDelta: env.SCAN_MAX_ABS_DELTA,
    minDaysToExpiration: env.SCAN_MIN_DAYS,
    maxDaysToExpiration: env.SCAN_MAX_DAYS,
    maxSpreadPercent: env.SCAN_MAX_SPREAD_PERCENT ?? null,
    minOpenInterest: env.SCAN_MIN_OPEN_INTEREST,
  }
}

/** 80 bits in groups that a person can copy, without letters that look alike. */
function newSetupCode(): string {
  const letters = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
  const code = [...randomBytes(16)].map((byte) => letters[byte % letters.length]).join('')
  return code.replace(/(.{4})(?=.)/g, '$1-')
}
