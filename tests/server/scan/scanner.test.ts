/** The life cycle of a scan: in one process, and on Redis with BullMQ. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CacheUnavailable, MarketDataError } from '../../../server/src/scan/errors.ts'
import type { ScanEvent } from '../../../server/src/scan/model.ts'
import type { MarketHours } from '../../../server/src/scan/ports.ts'
import type { Scanner } from '../../../server/src/scan/scanner.ts'
import { cacheKinds, type OpenCache } from '../../support/caches.ts'
import {
  chain,
  claim,
  defaultCriteria,
  fakeMarket,
  fakeRuns,
  fakeStocks,
  outcome,
  quote,
  realClock,
  recordingLog,
  row,
  stock,
  type FakeMarket,
} from '../../support/fakes.ts'
import {
  ended,
  install,
  openMarket,
  quickSettings,
  type Installation,
  type InstallationSettings,
} from '../../support/installation.ts'
import { pause, until } from '../../support/until.ts'

const closedMarket: MarketHours = { isOpen: () => false, opensAt: () => '2025-06-09T13:30:00.000Z' }

describe.each(cacheKinds)('scanning, with cache and queue in $name', ({ name, open }) => {
  let opened: OpenCache
  let market: FakeMarket
  let installation: Installation
  const stocks = fakeStocks(['AAA', 'BBB', 'CCC'])
  const log = recordingLog()
  let runs = fakeRuns()
  let events: ScanEvent[]

  beforeEach(async () => {
    opened = await open({ clock: realClock, leaseMs: quickSettings.leaseMs })
    market = fakeMarket(5)
    runs = fakeRuns()
    installation = install(opened, { market, runs, stocks, log })
    events = []
    await opened.events.subscribe((event) => events.push(event))
  })
  afterEach(async () => {
    await installation[Symbol.asyncDispose]()
    await opened[Symbol.asyncDispose]()
  })

  const server = async (
    settings: Partial<InstallationSettings> = {},
    marketHours = openMarket,
  ): Promise<Scanner> => (await installation.server({ settings, marketHours })).scanner

  test('runs in the background, shows ticker after ticker, and ends with the message', async () => {
    const scanner = await server()
    market.answers.set('CCC', () => chain('CCC', { quotes: [quote({ bid: 0 })] }))
    const started = await scanner.start('person')
    expect(started).toMatchObject({
      kind: 'ScanStarted',
      status: { state: 'RUNNING', progress: { total: 3 } },
    })
    await ended(scanner)
    const view = await scanner.results()
    expect(view.lastRun).toMatch(/^Scan completed successfully at 2025-06-06 15:30:00$/)
    expect(view.tickers.map(({ symbol }) => symbol)).toEqual(['AAA', 'BBB'])
    expect(view.outcomes).toMatchObject([
      { symbol: 'AAA', contractsScreened: 1, contractsKept: 1 },
      { symbol: 'BBB', contractsKept: 1 },
      { symbol: 'CCC', contractsKept: 0, rejections: { NO_BID: 1 } },
    ])
    expect(market.busiest).toBe(2)
    expect(stocks.prices.get('CCC')).toBe(100)
    await until(() => events.at(-1)?.state === 'COMPLETED')
    const announced = events
      .filter(({ changed }) => changed.length > 0)
      .map(({ changed, state }) => ({ changed, state }))
    expect(announced.toSorted((a, b) => (a.changed.join() < b.changed.join() ? -1 : 1))).toEqual([
      { changed: ['AAA'], state: 'RUNNING' },
      { changed: ['BBB'], state: 'RUNNING' },
    ])
    await until(() => [...runs.rows.values()].every(({ state }) => state !== 'RUNNING'))
    expect([...runs.rows.values()]).toMatchObject([
      { state: 'COMPLETED', startedById: 'person', tickersFailed: 0 },
    ])
  })

  test('starts one scan for 50 presses on three servers, and gives the other 49 its status', async () => {
    const servers = [await server(), await server(), await server()]
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => servers[index % 3]?.start('person')),
    )
    expect(outcomes.filter((outcome) => outcome?.kind === 'ScanStarted')).toHaveLength(1)
    const refused = outcomes.filter((outcome) => outcome?.kind === 'ScanAlreadyRunning')
    expect(refused).toHaveLength(49)
    for (const outcome of refused)
      expect(outcome).toMatchObject({ status: { lastRun: expect.stringMatching(/^Scan/) as string } })
    await ended(servers[0] as Scanner)
    expect(market.asked).toHaveLength(3)
    expect(runs.rows.size).toBe(1)
  })

  test('lists a ticker that fails with a sentence, and goes on', async () => {
    const scanner = await server()
    market.answers.set('AAA', () =>
      Promise.reject(new MarketDataError('RATE_LIMITED', 'Fake is limiting requests.')),
    )
    market.answers.set('BBB', () => Promise.reject(new TypeError('x is not a function')))
    await scanner.start('person')
    await ended(scanner)
    const view = await scanner.results()
    expect(view.outcomes.map(({ message }) => message)).toEqual([
      'Fake is limiting requests.',
      'Something went wrong while scanning BBB.',
      null,
    ])
    expect(view.state).toBe('COMPLETED')
    expect(
      log.lines.some(({ level, message }) => level === 'error' && message === 'A ticker broke the scanner.'),
    ).toBe(true)
  })

  test('gives up on a ticker that takes too long, and on one without a stock price', async () => {
    const scanner = await server({ tickerTimeoutMs: 40 })
    market.answers.set('AAA', () => chain('AAA', { underlyingPrice: null }))
    const slow = fakeMarket(500)
    market.answers.set('BBB', () => slow.fetchChain('BBB', defaultCriteria, AbortSignal.timeout(40)))
    await scanner.start('person')
    await ended(scanner)
    expect((await scanner.results()).outcomes.map(({ message }) => message)).toEqual([
      'AAA came without a stock price, so its options cannot be judged.',
      'BBB took longer than 0.04 seconds.',
      null,
    ])
  })

  test('fails when every ticker fails, with the reason', async () => {
    const scanner = await server()
    for (const symbol of ['AAA', 'BBB', 'CCC']) {
      market.answers.set(symbol, () => Promise.reject(new MarketDataError('UNAVAILABLE', 'Fake is down.')))
    }
    await scanner.start('person')
    await ended(scanner)
    expect(await scanner.results()).toMatchObject({
      state: 'FAILED',
      lastRun: 'Scan failed: none of the 3 tickers could be read. Fake is down.',
    })
  })

  test('keeps old results visible until they are replaced', async () => {
    const scanner = await server()
    await scanner.start('person')
    await ended(scanner)
    market.answers.set('BBB', () => Promise.reject(new MarketDataError('UNAVAILABLE', 'Fake is down.')))
    market.answers.set('CCC', () => chain('CCC', { quotes: [] }))
    await scanner.start('person')
    expect((await scanner.results()).tickers.map(({ symbol }) => symbol)).toEqual(['AAA', 'BBB', 'CCC'])
    await ended(scanner)
    expect((await scanner.results()).tickers.map(({ symbol }) => symbol)).toEqual(['AAA', 'BBB'])
  })

  test('is cancelled from another server, keeps what was done, and the next scan works', async () => {
    const first = await server({ concurrency: 1 })
    const second = (await installation.server({ worker: false })).scanner
    market.answers.set('BBB', () => new Promise(() => {}))
    await first.start('person')
    await until(async () => (await second.results()).progress.done === 1)
    expect(await second.cancel()).toMatchObject({
      kind: 'ScanCancelled',
      status: { state: 'CANCELLED', scanInProgress: false },
    })
    expect(await second.cancel()).toMatchObject({ kind: 'NoScanRunning' })
    expect((await first.results()).lastRun).toBe('Scan cancelled at 2025-06-06 15:30:00')
    expect((await first.results()).tickers.map(({ symbol }) => symbol)).toEqual(['AAA'])
    market.answers.clear()
    expect((await first.start('person')).kind).toBe('ScanStarted')
    await ended(first)
    // Written down after it is told.
    const recorded = () => [...runs.rows.values()].map(({ state }) => state).join()
    await until(() => recorded() === 'CANCELLED,COMPLETED')
  })

  test('marks the run of a scanner that died as interrupted, and tells it once', async () => {
    const survivor = (await installation.server({ worker: false })).scanner
    await opened.cache.claim(claim('dead', { symbols: ['AAA'] }))
    await runs.started({
      runId: 'dead',
      startedById: 'person',
      startedAt: '',
      source: 'fake',
      tickersTotal: 1,
    })
    await until(async () => (await survivor.results()).state === 'INTERRUPTED', 5_000)
    await until(() => runs.rows.get('dead')?.state === 'INTERRUPTED')
    await pause(100)
    expect(events.filter(({ state }) => state === 'INTERRUPTED')).toHaveLength(1)
    const after = await server()
    expect((await after.start('person')).kind).toBe('ScanStarted')
    await ended(after)
  })

  test.runIf(name === 'memory')('closing cancels the running scan and releases the lease', async () => {
    const [closing, other] = [await server(), await server()]
    market.answers.set('AAA', () => new Promise(() => {}))
    await closing.start('person')
    await closing.close()
    expect(await other.results()).toMatchObject({ state: 'CANCELLED', scanInProgress: false })
    market.answers.clear()
    expect((await other.start('person')).kind).toBe('ScanStarted')
    await ended(other)
  })

  test('a scan outlives its lease by renewing it', async () => {
    const scanner = await server({ concurrency: 1 })
    market.answers.set('AAA', async () => {
      await pause(2_000)
      return chain('AAA')
    })
    await scanner.start('person')
    await ended(scanner)
    expect((await scanner.results()).state).toBe('COMPLETED')
  })

  test('is refused when the market is closed, when nothing is listed, and when the provider cannot be asked; nothing changes', async () => {
    const before = await opened.cache.read()
    const closed = await server({ ignoreMarketHours: false }, closedMarket)
    expect(await closed.start('person')).toEqual({
      kind: 'MarketClosed',
      message: 'Market is closed. Scans only run during market hours (9:30 AM - 4:00 PM ET).',
      opensAt: '2025-06-09T13:30:00.000Z',
    })
    market.unavailable = () => 'Fake asked us to wait.'
    const scanner = await server()
    expect(await scanner.start('person')).toEqual({
      kind: 'MarketDataUnavailable',
      message: 'Fake asked us to wait.',
    })
    market.unavailable = () => null
    const listed = stocks.stocks
    stocks.stocks = []
    expect(await scanner.start('person')).toMatchObject({ kind: 'NoActiveStocks' })
    stocks.stocks = listed
    expect(await opened.cache.read()).toEqual(before)
    expect(runs.rows.size).toBe(0)
  })

  test('a run that cannot be recorded is told as failed and leaves no lease behind', async () => {
    const scanner = await server()
    const started = runs.started
    runs.started = () => Promise.reject(new Error('no database'))
    await expect(scanner.start('person')).rejects.toThrow('no database')
    runs.started = started
    expect(await scanner.results()).toMatchObject({ state: 'FAILED', scanInProgress: false })
    expect((await scanner.start('person')).kind).toBe('ScanStarted')
    await ended(scanner)
  })

  test('rates by the stock’s value of the moment, and narrows to what a person asks for', async () => {
    const scanner = await server()
    stocks.stocks = [
      stock('AAA', { intrinsicValueEps: { value: 90, source: 'USER' } }),
      stock('BBB', { intrinsicValueEps: { value: 89, source: 'USER' } }),
      stock('CCC'),
    ]
    await scanner.start('person')
    await ended(scanner)
    const ratings = async () => (await scanner.results()).tickers.map(({ rating }) => rating)
    expect(await ratings()).toEqual(['GOOD', 'HIGH', 'UNKNOWN'])
    expect((await scanner.results({ ratings: ['HIGH'] })).tickers.map(({ symbol }) => symbol)).toEqual([
      'BBB',
    ])
    expect((await scanner.results({ symbols: ['CCC'] })).tickers.map(({ symbol }) => symbol)).toEqual(['CCC'])
    expect((await scanner.results({ minAnnualizedReturn: 1_000 })).tickers).toEqual([])
    stocks.stocks = [stock('AAA')]
    expect(await ratings()).toEqual(['UNKNOWN', 'UNKNOWN', 'UNKNOWN'])
    expect((await scanner.results()).tickers.map((ticker) => ticker.stock?.symbol ?? null)).toEqual([
      'AAA',
      null,
      null,
    ])
    stocks.stocks = ['AAA', 'BBB', 'CCC'].map((symbol) => stock(symbol))
  })

  test('drops what another provider left when it opens, and hides it until then', async () => {
    const { scanner } = await installation.server({ worker: false })
    await opened.cache.claim(claim('r', { symbols: ['AAA', 'BBB'] }))
    await opened.cache.commit(
      'r',
      outcome('AAA'),
      row('AAA', { source: 'another', scannedAt: new Date().toISOString() }),
    )
    expect((await opened.cache.read()).tickers).toHaveLength(1)
    expect((await scanner.results()).tickers).toEqual([])
    await installation.server({ worker: false })
    expect((await opened.cache.read()).tickers).toEqual([])
  })

  test('answers safe defaults and CacheUnavailable while the cache is away', async () => {
    const scanner = await server()
    const { cache } = opened
    const read = cache.read
    cache.read = () => Promise.reject(new CacheUnavailable())
    expect(await scanner.results()).toMatchObject({
      degraded: true,
      scanInProgress: false,
      lastRun: 'Data temporarily unavailable. Please refresh the page.',
      tickers: [],
    })
    expect(await scanner.start('person')).toMatchObject({ kind: 'CacheUnavailable' })
    expect(await scanner.cancel()).toMatchObject({ kind: 'CacheUnavailable' })
    cache.read = read
    expect((await scanner.results()).degraded).toBe(false)
  })
})

describe.each(cacheKinds.filter(({ name }) => name === 'Redis'))(
  'a scan whose data is flushed in $name',
  ({ open }) => {
    test('stops, says that it was interrupted, and the next one works', async () => {
      await using opened = await open({ clock: realClock, leaseMs: quickSettings.leaseMs })
      const market = fakeMarket(5)
      const runs = fakeRuns()
      market.answers.set('BBB', async () => {
        await pause(300)
        return chain('BBB')
      })
      const log = recordingLog()
      const stocks = fakeStocks(['AAA', 'BBB', 'CCC'])
      await using installation = install(opened, { market, runs, stocks, log })
      const { scanner } = await installation.server()
      await scanner.start('person')
      await until(async () => (await scanner.results()).progress.done === 2)
      await opened.redis?.del(...Object.values(opened.keys))
      await until(async () => (await scanner.results()).state === 'INTERRUPTED')
      await until(() => [...runs.rows.values()].every(({ state }) => state === 'INTERRUPTED'))
      market.answers.clear()
      expect((await scanner.start('person')).kind).toBe('ScanStarted')
      await until(async () => (await scanner.results()).state === 'COMPLETED')
    })
  },
)
