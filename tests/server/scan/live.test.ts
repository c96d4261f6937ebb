/** The live status: nothing lost between snapshot and stream, and the true state in the end, whatever gets lost. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLiveStatus, type LiveStatus } from '../../../server/src/scan/live.ts'
import type { ScanEvent } from '../../../server/src/scan/model.ts'
import type { ScanEvents } from '../../../server/src/scan/ports.ts'
import type { StatusUpdate } from '../../../server/src/scan/status-update.ts'
import { cacheKinds, hasRedis, redisCache, type OpenCache } from '../../support/caches.ts'
import { fakeStocks, outcome, realClock, recordingLog, row, silentLog, stock } from '../../support/fakes.ts'
import { startRedis } from '../../support/redis-server.ts'
import { pause, until } from '../../support/until.ts'

const now = () => new Date().toISOString()
const SYMBOLS = Array.from({ length: 12 }, (_, index) => `T${String(index).padStart(2, '0')}`)
const claim = (runId = 'r') => ({ runId, startedAt: now(), symbols: SYMBOLS, corrupt: [] })
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
      subscribe: (listener) => opened.events.subscribe((event) => void (pass(event) && listener(event))),
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
