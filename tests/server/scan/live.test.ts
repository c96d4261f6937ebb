/** The live status: nothing lost between snapshot and stream, and the true state in the end, whatever gets lost. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CacheUnavailable } from '../../../server/src/scan/errors.ts'
import { createLiveStatus, type LiveStatus } from '../../../server/src/scan/live.ts'
import type { ScanEvent } from '../../../server/src/scan/model.ts'
import type { CachedScan, ScanCache, ScanEvents } from '../../../server/src/scan/ports.ts'
import type { StatusUpdate } from '../../../server/src/scan/status-update.ts'
import { cacheKinds, hasRedis, redisCache, type OpenCache } from '../../support/caches.ts'
import {
  claim as claimOf,
  fakeStocks,
  outcome,
  realClock,
  recordingLog,
  row,
  silentLog,
  stock,
} from '../../support/fakes.ts'
import { startRedis } from '../../support/redis-server.ts'
import { pause, until } from '../../support/until.ts'

const now = () => new Date().toISOString()
const SYMBOLS = Array.from({ length: 12 }, (_, index) => `T${String(index).padStart(2, '0')}`)
const claim = (runId = 'r') => claimOf(runId, { symbols: SYMBOLS })
const end = { state: 'COMPLETED' as const, lastRun: 'done', finishedAt: now(), keep: SYMBOLS }

/** What a client makes of the updates: the same merge as the page does. */
function follow(live: LiveStatus) {
  const reader = live.subscribe()
  const updates: StatusUpdate[] = []
  const rows = new Map<string, number>()
  const finished = (async () => {
    for await (const update of reader) {
      updates.push(update)
      if (update.snapshot) rows.clear()
      for (const { symbol, underlyingPrice } of update.changedTickers) rows.set(symbol, underlyingPrice ?? 0)
      for (const symbol of update.removedTickers) rows.delete(symbol)
    }
  })()
  return { updates, rows, finished, leave: async () => reader.return?.(), last: () => updates.at(-1) }
}

describe.each(cacheKinds)('the live status, with the cache in $name', ({ name, open }) => {
  let opened: OpenCache
  let live: LiveStatus
  const stocks = fakeStocks(SYMBOLS)
  /** Lets a test lose messages. */
  let pass: (event: ScanEvent) => boolean

  beforeEach(async () => {
    opened = await open({ clock: realClock, leaseMs: 5_000, ttlSeconds: 2 })
    pass = () => true
    const events: ScanEvents = {
      subscribe: (listener, onGap) =>
        opened.events.subscribe((event) => void (pass(event) && listener(event)), onGap),
    }
    live = createLiveStatus({
      cache: opened.cache,
      events,
      stocks,
      log: silentLog,
      sources: ['fake'],
      lookMs: 50,
    })
    // In Redis the first write ever begins the epoch.
    await opened.cache.announce([])
  })
  afterEach(async () => {
    await live.close()
    await opened[Symbol.asyncDispose]()
  })

  const commit = (symbol: string, price = 100) =>
    opened.cache.commit('r', outcome(symbol), row(symbol, { scannedAt: now(), underlyingPrice: price }))

  test('tells the state at once, then every change, in order', async () => {
    const reader = follow(live)
    await until(() => reader.updates.length === 1)
    expect(reader.updates[0]).toMatchObject({ snapshot: true, state: 'IDLE', lastRun: 'Never' })
    await opened.cache.claim(claim())
    for (const symbol of SYMBOLS) {
      await opened.cache.begin('r', symbol)
      await commit(symbol)
    }
    await opened.cache.finish('r', end)
    await until(() => reader.last()?.state === 'COMPLETED')
    const start = reader.updates[0]?.seq ?? 0
    expect(reader.updates.map(({ seq }) => seq - start)).toEqual(
      Array.from({ length: 27 }, (_, index) => index),
    )
    expect(reader.updates.slice(1).every(({ snapshot }) => !snapshot)).toBe(true)
    expect(reader.updates.slice(1).map(({ progress }) => progress.done)).toEqual([
      0,
      ...SYMBOLS.flatMap((_, index) => [index, index + 1]),
      12,
    ])
    expect([...reader.rows.keys()]).toEqual(SYMBOLS)
  })

  test('a subscriber that comes at any moment ends up with the same rows as one that was there all along', async () => {
    const readers = [follow(live)]
    await opened.cache.claim(claim())
    for (const [index, symbol] of SYMBOLS.entries()) {
      readers.push(follow(live))
      await commit(symbol, 100 + index)
      if (index % 3 === 0) await pause(3)
    }
    await opened.cache.finish('r', end)
    await until(() => readers.every((reader) => reader.last()?.state === 'COMPLETED'))
    for (const reader of readers) {
      expect(reader.updates[0]?.snapshot).toBe(true)
      const seqs = reader.updates.map(({ seq }) => seq)
      expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
      expect(new Set(seqs).size).toBe(seqs.length)
      expect([...reader.rows].toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual(
        SYMBOLS.map((symbol, index) => [symbol, 100 + index]),
      )
    }
  })

  test('a lost message in the middle brings a snapshot at the next one', async () => {
    const reader = follow(live)
    await until(() => reader.updates.length === 1)
    await opened.cache.claim(claim())
    pass = ({ changed }) => !changed.includes('T03')
    for (const symbol of SYMBOLS.slice(0, 6)) await commit(symbol)
    await until(() => reader.rows.size === 6)
    expect(reader.updates.filter(({ snapshot }) => snapshot).length).toBeGreaterThan(1)
  })

  test('a lost last message is found by looking', async () => {
    const reader = follow(live)
    await opened.cache.claim(claim())
    await commit('T00')
    await until(() => reader.rows.size === 1)
    pass = () => false
    await opened.cache.finish('r', end)
    await until(() => reader.last()?.state === 'COMPLETED', 2_000)
    expect(reader.last()).toMatchObject({ snapshot: true, scanInProgress: false, lastRun: 'done' })
  })

  test('rows and status that run out are taken back', async () => {
    const reader = follow(live)
    await opened.cache.claim(claim())
    await commit('T00')
    await opened.cache.finish('r', end)
    await until(() => reader.rows.size === 1)
    const sweeping = setInterval(() => void opened.cache.sweep({ lastRun: '', finishedAt: now() }), 30)
    await until(() => reader.last()?.state === 'IDLE', 5_000)
    clearInterval(sweeping)
    expect(reader.rows.size).toBe(0)
    expect(reader.last()?.lastRun).toBe('Never')
  })

  test('a changed stock shows with its new rating', async () => {
    const reader = follow(live)
    await opened.cache.claim(claim())
    await commit('T00')
    await until(() => reader.rows.size === 1)
    const before = stocks.stocks
    stocks.stocks = before.map((each) =>
      each.symbol === 'T00' ? stock('T00', { intrinsicValueEps: { value: 500, source: 'USER' } }) : each,
    )
    await opened.cache.announce(['T00'])
    await until(() => reader.last()?.changedTickers[0]?.rating === 'GOOD')
    stocks.stocks = before
  })

  test('failures add up over a run and begin anew with the next', async () => {
    const reader = follow(live)
    await opened.cache.claim(claim())
    await opened.cache.commit('r', outcome('T00', { message: 'one' }), null)
    await opened.cache.commit('r', outcome('T01', { message: 'two' }), null)
    await opened.cache.finish('r', end)
    await until(() => reader.last()?.state === 'COMPLETED')
    expect(reader.last()?.failures.map(({ message }) => message)).toEqual(['one', 'two'])
    await opened.cache.claim(claim('next'))
    await until(() => reader.last()?.state === 'RUNNING')
    expect(reader.last()?.failures).toEqual([])
  })

  test('a thousand readers cost one reading of the rows per change, and one channel', async () => {
    let reads = 0
    const { cache } = opened
    const { readTickers } = cache
    cache.readTickers = (symbols) => {
      reads += 1
      return readTickers(symbols)
    }
    const readers = Array.from({ length: 1_000 }, () => follow(live))
    await until(() => readers.every((reader) => reader.updates.length === 1))
    await cache.claim(claim())
    await commit('T00')
    await until(() => readers.every((reader) => reader.rows.size === 1))
    expect(reads).toBe(1)
    expect(live.subscribers()).toBe(1_000)
    await Promise.all(readers.map((reader) => reader.leave()))
    expect(live.subscribers()).toBe(0)
  })

  test('readers end when the process closes, after the last state', async () => {
    const reader = follow(live)
    await until(() => reader.updates.length === 1)
    await opened.cache.claim(claim())
    await live.close()
    await reader.finished
    expect(reader.last()?.state).toBe('RUNNING')
    const late = follow(live)
    await late.finished
    expect(late.updates).toEqual([])
  })

  test.runIf(name === 'Redis')('leaves no channel behind, however readers come and go', async () => {
    const count = async () => {
      const [, subscribers] = (await opened.redis?.pubsub('NUMSUB', opened.keys.channel)) ?? []
      return Number(subscribers)
    }
    for (let round = 0; round < 20; round += 1) {
      const readers = [follow(live), follow(live), follow(live)]
      if (round % 2 === 0) await until(() => readers.every((reader) => reader.updates.length > 0))
      for (const reader of readers) await reader.leave()
      if (round % 5 === 0) await until(async () => (await count()) === 0)
    }
    await until(async () => (await count()) === 0)
  })

  test.runIf(name === 'Redis')('a flushed Redis begins a new epoch, which readers adopt', async () => {
    const reader = follow(live)
    await opened.cache.claim(claim())
    await commit('T00')
    await until(() => reader.rows.size === 1)
    const { epoch } = reader.last() as StatusUpdate
    await opened.redis?.del(...Object.values(opened.keys))
    await until(() => reader.rows.size === 0)
    await opened.cache.claim(claim())
    await commit('T01')
    await until(() => reader.rows.has('T01'))
    expect(reader.last()?.epoch).not.toBe(epoch)
    expect(reader.last()?.epoch).not.toBe('none')
  })
})

/** A store and a channel whose past can be lost: after a failover, the numbers go on from where the new master was. */
function createStory() {
  let seq = 10
  const prices = new Map<string, number>()
  let tell: (event: ScanEvent) => void = () => {}
  let gap: (() => void) | undefined
  const summary = {
    epoch: 'e',
    edition: null,
    state: 'RUNNING' as const,
    scanInProgress: true,
    runId: 'r',
    lastRun: 'Scanning in progress...',
    startedAt: now(),
    finishedAt: null,
    progress: { done: 0, total: 12, current: [] },
  }
  const rows = () => [...prices].map(([symbol, price]) => row(symbol, { underlyingPrice: price }))
  const read = async (): Promise<CachedScan> => ({
    ...summary,
    seq,
    tickers: rows(),
    outcomes: [],
    corrupt: [],
  })
  const readTickers = async (symbols: string[]) => rows().filter(({ symbol }) => symbols.includes(symbol))
  const events: ScanEvents = {
    async subscribe(listener, onGap) {
      tell = listener
      gap = onGap
      return async () => {}
    },
  }
  return {
    cache: { read, readTickers, position: async () => ({ epoch: 'e', seq }) } as unknown as ScanCache,
    events,
    comeBack: () => gap?.(),
    /** A row gets a price; `heard` says whether the message arrives. */
    write(symbol: string, price: number, heard = true) {
      prices.set(symbol, price)
      seq += 1
      if (heard)
        tell({ ...summary, seq, at: now(), changed: [symbol], removed: [], outcome: null, reset: false })
    },
    /** The last writes never were. */
    lose(writes: number) {
      seq -= writes
      prices.clear()
    },
  }
}

describe('the live status, when the last writes are lost in a failover', () => {
  const never = 600_000
  test.each([
    ['a connection that was away', never, (story: ReturnType<typeof createStory>) => story.comeBack()],
    ['a number that comes again', never, (story: ReturnType<typeof createStory>) => story.write('T02', 3)],
    ['a look', 50, () => {}],
    ['a newcomer', never, (_story: unknown, live: LiveStatus) => void follow(live)],
  ])('%s brings all readers the true rows, and merging goes on', async (_sign, lookMs, notice) => {
    const story = createStory()
    const { cache, events } = story
    const stocks = fakeStocks(SYMBOLS)
    const live = createLiveStatus({ cache, events, stocks, log: silentLog, sources: ['fake'], lookMs })
    const readers = [follow(live), follow(live)]
    await until(() => readers.every(({ updates }) => updates.length === 1))
    for (const symbol of ['T00', 'T01', 'T02']) story.write(symbol, 1)
    await until(() => readers.every(({ rows }) => rows.size === 3))

    story.lose(2)
    story.write('T01', 2, false)
    notice(story, live)
    const truth = async () => (await cache.read()).tickers.map((each) => [each.symbol, each.underlyingPrice])
    const agree = async () => {
      const expected = JSON.stringify(await truth())
      return readers.every(({ rows }) => JSON.stringify([...rows]) === expected)
    }
    await until(agree, 2_000)
    expect(readers[0]?.last()).toMatchObject({ snapshot: true, epoch: 'e' })

    story.write('T05', 5)
    await until(agree, 2_000)
    expect(readers[0]?.last()).toMatchObject({ snapshot: false })
    await live.close()
  })

  test('a connection that was away while messages made up for the lost numbers brings them too', async () => {
    const story = createStory()
    const stocks = fakeStocks(SYMBOLS)
    const live = createLiveStatus({ ...story, stocks, log: silentLog, sources: ['fake'], lookMs: never })
    const reader = follow(live)
    await until(() => reader.updates.length === 1)
    for (const symbol of ['T00', 'T01']) story.write(symbol, 1)
    await until(() => reader.rows.size === 2)
    story.lose(2)
    for (const symbol of ['T03', 'T04']) story.write(symbol, 2, false)
    // To the eye of a counter, this is simply the next one.
    story.write('T05', 3)
    story.comeBack()
    await until(() => reader.last()?.snapshot === true)
    expect([...reader.rows.keys()]).toEqual(['T03', 'T04', 'T05'])
    await live.close()
  })

  test('a connection that is back before the store is leaves readers degraded, and the next look repairs it', async () => {
    const story = createStory()
    const stocks = fakeStocks(SYMBOLS)
    let away = false
    const unlessAway =
      <T>(ask: () => Promise<T>) =>
      async () => {
        if (away) throw new CacheUnavailable()
        return ask()
      }
    const { read, position } = story.cache
    const cache = { ...story.cache, read: unlessAway(read), position: unlessAway(position) }
    const live = createLiveStatus({ ...story, cache, stocks, log: silentLog, sources: ['fake'], lookMs: 50 })
    const reader = follow(live)
    await until(() => reader.updates.length === 1)
    away = true
    story.comeBack()
    await until(() => reader.last()?.degraded === true)
    story.write('T00', 1, false)
    away = false
    await until(() => reader.rows.get('T00') === 1)
    expect(reader.updates.filter(({ degraded }) => degraded)).toHaveLength(1)
    await live.close()
  })

  test('after the last reader has left, a connection that comes back costs nothing', async () => {
    const story = createStory()
    const stocks = fakeStocks(SYMBOLS)
    let reads = 0
    const read = () => ((reads += 1), story.cache.read())
    const cache = { ...story.cache, read }
    const live = createLiveStatus({
      ...story,
      cache,
      stocks,
      log: silentLog,
      sources: ['fake'],
      lookMs: never,
    })
    const reader = follow(live)
    await until(() => reader.updates.length === 1)
    await reader.leave()
    story.comeBack()
    await live.close()
    expect(reads).toBe(1)
  })
})

describe.skipIf(!hasRedis)('the live status, when Redis goes away', () => {
  test('says so once, keeps the rows, and brings a snapshot when it is back', async () => {
    await using server = await startRedis()
    const log = recordingLog()
    await using opened = await redisCache.open({ clock: realClock, url: server.url, log, prefix: 'p' })
    const live = createLiveStatus({
      ...opened,
      stocks: fakeStocks(SYMBOLS),
      log,
      sources: ['fake'],
      lookMs: 100,
    })
    const reader = follow(live)
    await opened.cache.claim(claim())
    await opened.cache.commit('r', outcome('T00'), row('T00', { scannedAt: now() }))
    await until(() => reader.rows.size === 1)
    await server.stop()
    await until(() => reader.last()?.degraded === true)
    await pause(500)
    expect(reader.updates.filter(({ degraded }) => degraded)).toHaveLength(1)
    expect(reader.last()).toMatchObject({
      snapshot: false,
      lastRun: 'Data temporarily unavailable. Please refresh the page.',
    })
    const late = follow(live)
    await until(() => late.updates.length === 1)
    expect(late.last()).toMatchObject({ degraded: true, seq: 0 })
    await server.start()
    await until(() => reader.last()?.degraded === false && late.last()?.degraded === false)
    expect(reader.last()).toMatchObject({ snapshot: true, state: 'IDLE' })
    await opened.cache.claim(claim('again'))
    await until(() => reader.last()?.state === 'RUNNING' && late.last()?.state === 'RUNNING')
    expect(log.warnings()).toHaveLength(1)
    await live.close()
  })
})
