/**
 * A process of a measured installation: a server with a subscriber, a worker, or both in one. What the scan stands on
 * is the real thing (cache, queue, events, limiter); the database and the vendor are not, so that neither is measured.
 * Started by `installation.ts`, which tells it what to do.
 */
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { readEnv } from '../../server/src/env.ts'
import { expirationKindOf } from '../../server/src/market/expirations.ts'
import { createFallback } from '../../server/src/market/fallback.ts'
import { createLimited } from '../../server/src/market/limited.ts'
import { createMarketDataAppProvider } from '../../server/src/market/marketdata.ts'
import { tradingMinutesBetween } from '../../server/src/market/trading-time.ts'
import { createLiveStatus, type LiveStatus } from '../../server/src/scan/live.ts'
import type { Stock } from '../../server/src/scan/model.ts'
import type { Log, MarketData, StockList } from '../../server/src/scan/ports.ts'
import { createScanner, type Scanner } from '../../server/src/scan/scanner.ts'
import { createScanWorker } from '../../server/src/scan/worker.ts'
import { openSharedState, type SharedState } from '../../server/src/shared-state.ts'
import { defaultCriteria, fakeRuns, stock } from '../../tests/support/fakes.ts'
import { openMarket } from '../../tests/support/installation.ts'
import type { Answer, Mark, Order, ProcessTask, ServerReport, Usage } from './orders.ts'
import { createSimulatedMarket, MARKET_NOW, symbolsOf } from './simulated-market.ts'

const clock = { now: () => Date.now(), marketNow: () => MARKET_NOW }

async function run(task: ProcessTask): Promise<void> {
  const env = readEnv({
    REDIS_URL: task.redisUrl ?? undefined,
    CACHE_KEY_PREFIX: task.prefix,
    CACHE_TTL_OPTIONS_SECONDS: String(task.ttlSeconds),
    SCAN_CONCURRENCY: String(task.concurrency),
  })
  const log: Log = { debug() {}, info() {}, warn: complain, error: complain }
  const newId = () => randomUUID()
  const shared = await openSharedState(env, { clock, newId, log })
  const { cache, events, queue } = shared
  const marketData = marketOf(task, shared)
  const stocks = listOf(symbolsOf(task.tickers))
  const runs = fakeRuns()
  const common = { cache, events, queue, marketData, stocks, runs, clock, log }
  const settings = {
    concurrency: env.SCAN_CONCURRENCY,
    riskFreeRate: env.RISK_FREE_RATE,
    leaseMs: env.SCAN_LEASE_MS,
    sweepMs: env.SCAN_SWEEP_MS,
    tickerTimeoutMs: env.SCAN_TICKER_TIMEOUT_MS,
    ignoreMarketHours: true,
    resultsLifetimeMs: env.CACHE_TTL_OPTIONS_SECONDS * 1000,
  }
  if (task.worker) createScanWorker({ ...common, expirationKindOf, tradingMinutesBetween }, settings).open()
  let server: Server | null = null
  if (task.server) {
    const criteria = { current: async () => defaultCriteria }
    const scanner = createScanner({ ...common, criteria, marketHours: openMarket, newId }, settings)
    await scanner.open()
    const lookMs = env.STATUS_LOOK_MS
    const live = createLiveStatus({ cache, events, stocks, log, sources: marketData.sources, lookMs })
    for (let reader = 0; reader < task.idleReaders; reader += 1) live.subscribe()
    server = { scanner, live }
  }

  const obey: { [Name in Order['name']]: () => Promise<unknown> } = {
    scan: async () => (server === null ? null : scan(server)),
    rest: async () => rest(),
    usage: async () => usage(),
  }
  process.on('message', ({ id, name }: Order) => {
    obey[name]().then(
      (result) => send({ id, result }),
      (error: unknown) => send({ id, error: String(error) }),
    )
  })
  send({ id: 0, result: 'ready' })
}

interface Server {
  scanner: Scanner
  live: LiveStatus
}

async function scan({ scanner, live }: Server): Promise<ServerReport> {
  const reader = live.subscribe()
  const before = (await reader.next()).value?.runId ?? null
  const marks: Mark['at'][] = ['early', 'late']
  const began = performance.now()
  const since = () => performance.now() - began
  const pressed = scanner.start('bench').then(({ kind }) => ({ kind, answeredMs: since() }))
  for await (const { seq, state, runId, progress } of reader) {
    if (runId === null || runId === before) continue
    const share = progress.done / progress.total
    const [next] = marks
    if (next !== undefined && share >= (next === 'early' ? 0.1 : 0.9)) {
      marks.shift()
      send({ at: next, seq, cpuMs: cpuMs(), done: progress.done })
    }
    if (state === 'RUNNING') continue
    const ms = since()
    const { kind, answeredMs } = await pressed
    if (kind !== 'ScanStarted') throw new Error(`Starting a scan answered ${kind}.`)
    await reader.return?.()
    return { ms, answeredMs, state }
  }
  throw new Error('The stream of the status ended before the scan.')
}

/** Garbage is collected, and the peak of memory counts from here. */
function rest(): Usage {
  globalThis.gc?.()
  try {
    writeFileSync('/proc/self/clear_refs', '5')
  } catch {
    // Not Linux: the peak is that of the process' whole life.
  }
  return usage()
}

function usage(): Usage {
  globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  return { rss, heapUsed, peakRss: peakRss(), cpuMs: cpuMs() }
}

function peakRss(): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    return Number(kilobytes) * 1024
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function marketOf(
  { latencyMs, perSecond, vendorUrl }: ProcessTask,
  { limitStoreFor }: SharedState,
): MarketData {
  const name = vendorUrl === null ? 'demo' : 'marketdata'
  const counting = { vendor: name, store: limitStoreFor(name), clock, limits: { perSecond, perDay: null } }
  // Where nobody sets a limit, nobody counts, as with the simulated market of the application.
  if (perSecond === null)
    return createFallback([createSimulatedMarket(latencyMs, { admit: async () => {}, onHeaders: () => {} })])
  return createFallback([
    createLimited(counting, (hooks) =>
      vendorUrl === null
        ? createSimulatedMarket(latencyMs, hooks)
        : createMarketDataAppProvider({ token: 'bench', baseUrl: vendorUrl, clock, ...hooks }),
    ),
  ])
}

/** The list as it is known. */
function listOf(symbols: string[]): StockList {
  const all: Stock[] = symbols.map((symbol) => stock(symbol))
  return {
    active: async () => all,
    recordPrices: async () => {},
  }
}

function send(message: Answer | Mark): void {
  process.send?.(message)
}

/** What an operator would be told should not happen in a measurement. */
function complain(fields: object, message: string): void {
  process.stderr.write(
    `${message} ${JSON.stringify(fields, (_key, value: unknown) => (value instanceof Error ? String(value) : value))}\n`,
  )
}

process.on('disconnect', () => process.exit())
await run(JSON.parse(process.argv[2] ?? '') as ProcessTask)
