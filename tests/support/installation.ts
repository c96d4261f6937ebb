/** Servers with an embedded worker each, on one cache, with everything beyond the cache and the queue faked. */
import { randomUUID } from 'node:crypto'
import type { MarketHours, ScanQueue, ScanRuns, StockList } from '../../server/src/scan/ports.ts'
import { createScanner, type Scanner, type ScannerSettings } from '../../server/src/scan/scanner.ts'
import { createScanWorker, type ScanWorker, type WorkerSettings } from '../../server/src/scan/worker.ts'
import type { OpenCache } from './caches.ts'
import {
  defaultCriteria,
  fakeMarket,
  fakeRuns,
  fakeStocks,
  realClock,
  silentLog,
  type RecordingLog,
} from './fakes.ts'
import { until } from './until.ts'

export type InstallationSettings = ScannerSettings & WorkerSettings

export const quickSettings: InstallationSettings = {
  riskFreeRate: 0.045,
  concurrency: 2,
  // Long enough for a machine that is busy with other things.
  leaseMs: 900,
  tickerTimeoutMs: 2_000,
  sweepMs: 30,
  ignoreMarketHours: true,
  resultsLifetimeMs: 45 * 60_000,
}

export interface Server {
  scanner: Scanner
  worker: ScanWorker
  queue: ScanQueue
  close(): Promise<void>
}

export interface Installation extends AsyncDisposable {
  market: ReturnType<typeof fakeMarket>
  runs: ReturnType<typeof fakeRuns>
  /** Another server with its worker; `worker: false` for one whose workers are external. */
  server(options?: ServerOptions): Promise<Server>
}

export interface ServerOptions {
  settings?: Partial<InstallationSettings>
  marketHours?: MarketHours
  worker?: boolean
}

export const openMarket: MarketHours = { isOpen: () => true, opensAt: () => null }

/** Of what is not given, one for all servers. */
export function install(
  { cache, events, openQueue }: OpenCache,
  {
    market = fakeMarket(5),
    runs = fakeRuns(),
    stocks = fakeStocks(['AAA', 'BBB', 'CCC']),
    log = silentLog,
  }: {
    market?: ReturnType<typeof fakeMarket>
    runs?: ReturnType<typeof fakeRuns> & ScanRuns
    stocks?: StockList
    log?: RecordingLog | typeof silentLog
  } = {},
): Installation {
  const servers: Server[] = []
  return {
    market,
    runs,
    async server({ settings: change = {}, marketHours = openMarket, worker: embedded = true } = {}) {
      const settings = { ...quickSettings, ...change }
      const queue = openQueue(settings.concurrency)
      const ports = {
        cache,
        events,
        queue,
        marketData: market,
        stocks,
        runs,
        criteria: { current: async () => defaultCriteria },
        expirationKindOf: () => 'WEEKLY' as const,
        tradingMinutesBetween: () => 0,
        marketHours,
        clock: realClock,
        log,
        newId: randomUUID,
      }
      const worker = createScanWorker(ports, settings)
      if (embedded) worker.open()
      const scanner = createScanner(ports, settings)
      await scanner.open()
      const close = async () => {
        await scanner.close()
        await worker.close()
      }
      const opened = { scanner, worker, queue, close }
      servers.push(opened)
      return opened
    },
    async [Symbol.asyncDispose]() {
      for (const server of servers) await server.close()
    },
  }
}

export const ended = (scanner: Scanner) =>
  until(async () => !(await scanner.results()).scanInProgress, 10_000)
