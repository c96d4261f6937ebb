/** The contract of `ScanCache`: whatever keeps the results passes all of this. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ScanEvent } from '../../../server/src/scan/model.ts'
import type { RunClaim } from '../../../server/src/scan/ports.ts'
import { cacheKinds, type OpenCache } from '../../support/caches.ts'
import { claim, fakeClock, NOON, outcome, row, type FakeClock } from '../../support/fakes.ts'
import { until } from '../../support/until.ts'

const iso = (ms: number) => new Date(ms).toISOString()
const run = (runId: string, fields: Partial<RunClaim> = {}) =>
  claim(runId, { startedAt: iso(NOON), ...fields })
const end = (fields: object = {}) => ({
  state: 'COMPLETED' as const,
  lastRun: 'Scan completed successfully at 2025-06-06 15:30:00',
  finishedAt: iso(NOON + 5000),
  keep: null,
  ...fields,
})
const interruption = { lastRun: 'Scan interrupted at 2025-06-06 15:30:20', finishedAt: iso(NOON + 20_000) }

describe.each(cacheKinds)('the scan cache in $name', ({ name, open }) => {
  let clock: FakeClock
  let opened: OpenCache
  let events: ScanEvent[]

  beforeEach(async () => {
    clock = fakeClock()
    opened = await open({ clock, leaseMs: 200, ttlSeconds: 60 })
    events = []
    await opened.events.subscribe((event) => events.push(event))
  })
  afterEach(() => opened[Symbol.asyncDispose]())

  /** The in-memory lease follows the clock of the test, the one in Redis follows Redis'. */
  const passLease = async () => {
    clock.pass(250)
    if (name === 'Redis') await new Promise((resolve) => setTimeout(resolve, 250))
  }
  const heard = (count: number) => until(() => events.length >= count)

  test('is idle, empty and without a history at first', async () => {
    expect(await opened.cache.read()).toMatchObject({
      state: 'IDLE',
      scanInProgress: false,
      runId: null,
      lastRun: 'Never',
      startedAt: null,
      finishedAt: null,
      progress: { done: 0, total: 0, current: [] },
      tickers: [],
      outcomes: [],
      corrupt: [],
      seq: 0,
    })
  })

  test('gives the lease to one run only, and says so to everybody', async () => {
    const { cache } = opened
    const claims = await Promise.all(
      Array.from({ length: 50 }, (_, index) => cache.claim(run(`run-${index}`))),
    )
    expect(claims.filter(Boolean)).toHaveLength(1)
    const state = await cache.read()
    expect(state).toMatchObject({
      state: 'RUNNING',
      scanInProgress: true,
      lastRun: 'Scanning in progress...',
      startedAt: iso(NOON),
      progress: { done: 0, total: 3, current: [] },
      seq: 1,
    })
    await heard(1)
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject({
      epoch: state.epoch,
      seq: 1,
      state: 'RUNNING',
      scanInProgress: true,
      changed: [],
    })
  })

  test('stores a ticker, counts it, and announces it with its outcome', async () => {
    const { cache } = opened
    await cache.claim(run('r'))
    expect(await cache.begin('r', 'BBB')).toBe(true)
    expect(await cache.begin('r', 'AAA')).toBe(true)
    expect((await cache.read()).progress).toEqual({ done: 0, total: 3, current: ['AAA', 'BBB'] })
    expect(await cache.commit('r', outcome('BBB'), row('BBB'))).toBe(true)
    expect(await cache.read()).toMatchObject({
      tickers: [row('BBB')],
      outcomes: [outcome('BBB')],
      progress: { done: 1, total: 3, current: ['AAA'] },
    })
    expect(await cache.readTickers(['BBB', 'ZZZ'])).toEqual([row('BBB')])
    await heard(4)
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
    expect(events.at(-1)).toMatchObject({
      changed: ['BBB'],
      removed: [],
      outcome: outcome('BBB'),
      progress: { done: 1, total: 3, current: ['AAA'] },
    })
  })

  test('commits a symbol once per run', async () => {
    const { cache } = opened
    await cache.claim(run('r'))
    await cache.commit('r', outcome('AAA'), row('AAA'))
    const before = await cache.read()
    expect(await cache.commit('r', outcome('AAA', { contractsKept: 7 }), null)).toBe(true)
    expect(await cache.read()).toEqual(before)
  })

  test('replaces a row, removes one that no longer qualifies, and keeps that of a ticker that failed', async () => {
    const { cache } = opened
    await cache.claim(run('first'))
    for (const symbol of ['AAA', 'BBB', 'CCC']) await cache.commit('first', outcome(symbol), row(symbol))
    await cache.finish('first', end())
    await cache.claim(run('second'))
    const newer = row('AAA', { scannedAt: iso(NOON + 1), underlyingPrice: 101 })
    await cache.commit('second', outcome('AAA'), newer)
    await cache.commit('second', outcome('BBB', { contractsKept: 0 }), null)
    await cache.commit('second', outcome('CCC', { contractsKept: 0, message: 'It failed.' }), null)
    const { tickers, outcomes } = await cache.read()
    expect(tickers).toEqual([newer, row('CCC')])
    expect(outcomes.map(({ symbol, message }) => [symbol, message])).toEqual([
      ['AAA', null],
      ['BBB', null],
      ['CCC', 'It failed.'],
    ])
    await heard(8)
    expect(
      events.find(({ outcome: of, runId }) => runId === 'second' && of?.symbol === 'BBB')?.removed,
    ).toEqual(['BBB'])
    expect(
      events.find(({ outcome: of, runId }) => runId === 'second' && of?.symbol === 'CCC')?.removed,
    ).toEqual([])
  })

  test('ends a run, releases the lease, and removes what is no longer on the list', async () => {
    const { cache } = opened
    await cache.claim(run('r'))
    for (const symbol of ['AAA', 'BBB']) await cache.commit('r', outcome(symbol), row(symbol))
    expect(await cache.finish('r', end({ keep: ['AAA'] }))).toBe(true)
    expect(await cache.read()).toMatchObject({
      state: 'COMPLETED',
      scanInProgress: false,
      lastRun: end().lastRun,
      finishedAt: end().finishedAt,
      tickers: [row('AAA')],
    })
    await heard(4)
    expect(events.at(-1)).toMatchObject({ state: 'COMPLETED', scanInProgress: false, removed: ['BBB'] })
    expect(await cache.claim(run('next'))).toBe(true)
  })

  test('refuses every write of a run that does not hold the lease', async () => {
    const { cache } = opened
    await cache.claim(run('owner'))
    const before = await cache.read()
    expect(await cache.renew('other')).toBe(false)
    expect(await cache.begin('other', 'AAA')).toBe(false)
    expect(await cache.commit('other', outcome('AAA'), row('AAA'))).toBe(false)
    expect(await cache.finish('other', end())).toBe(false)
    expect(await cache.finish('other', end({ state: 'INTERRUPTED' }))).toBe(false)
    expect(await cache.read()).toEqual(before)
  })

  test('keeps a renewed lease, loses one that is not, and marks the orphan once', async () => {
    const { cache } = opened
    await cache.claim(run('r'))
    for (let beat = 0; beat < 4; beat += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      clock.pass(100)
      expect(await cache.renew('r')).toBe(true)
    }
    expect(await cache.sweep(interruption)).toBeNull()
    await passLease()
    expect(await cache.renew('r')).toBe(false)
    expect(await cache.commit('r', outcome('AAA'), row('AAA'))).toBe(false)
    expect((await cache.read()).scanInProgress).toBe(false)
    const marked = await Promise.all(Array.from({ length: 5 }, () => cache.sweep(interruption)))
    expect(marked.filter((id) => id === 'r')).toHaveLength(1)
    expect(await cache.read()).toMatchObject({ state: 'INTERRUPTED', lastRun: interruption.lastRun })
    expect(await cache.claim(run('next'))).toBe(true)
  })

  test('lets a run without lease say only that it was interrupted, and only while nobody else has run', async () => {
    const { cache } = opened
    await cache.claim(run('r'))
    await passLease()
    expect(await cache.finish('r', end())).toBe(false)
    expect(await cache.finish('r', end({ state: 'INTERRUPTED' }))).toBe(true)
    expect(await cache.finish('r', end({ state: 'INTERRUPTED' }))).toBe(false)
    await cache.claim(run('next'))
    await cache.finish('next', end())
    expect(await cache.finish('r', end({ state: 'INTERRUPTED' }))).toBe(false)
    expect((await cache.read()).state).toBe('COMPLETED')
  })

  test('hides a row past its age, deletes it with the next write, and announces it as removed', async () => {
    const { cache } = opened
    await cache.claim(run('first'))
    await cache.commit('first', outcome('AAA'), row('AAA'))
    clock.pass(100)
    await cache.commit('first', outcome('BBB'), row('BBB', { scannedAt: iso(NOON + 100) }))
    await cache.finish('first', end())
    clock.pass(59_900)
    expect((await cache.read()).tickers.map(({ symbol }) => symbol)).toEqual(['BBB'])
    expect(await cache.readTickers(['AAA', 'BBB'])).toHaveLength(1)
    await cache.claim(run('second'))
    await heard(5)
    expect(events.at(-1)).toMatchObject({ state: 'RUNNING', removed: ['AAA'] })
  })

  test('knows the age of each row, in whatever order they came, and of one that was replaced', async () => {
    const { cache } = opened
    const commit = (runId: string, symbol: string, ageMs: number) =>
      cache.commit(runId, outcome(symbol), row(symbol, { scannedAt: iso(NOON - ageMs) }))
    await cache.claim(run('first'))
    await commit('first', 'DDD', 30_000)
    await cache.finish('first', end())
    await cache.claim(run('second'))
    await commit('second', 'AAA', 10_000)
    await commit('second', 'BBB', 30_000)
    await commit('second', 'DDD', 1_000)
    await commit('second', 'CCC', 20_000)
    for (const [index, symbol] of ['BBB', 'CCC', 'AAA'].entries()) {
      clock.pass(index === 0 ? 30_000 : 10_000)
      await cache.sweep(interruption)
      await heard(9 + index)
      expect(events.at(-1)?.removed).toEqual([symbol])
    }
    expect((await cache.read()).tickers.map(({ symbol }) => symbol)).toEqual(['DDD'])
  })

  test('sweeps rows past their age, and later all that has run out, telling subscribers each time', async () => {
    const { cache } = opened
    await cache.claim(run('r'))
    await cache.commit('r', outcome('AAA'), row('AAA'))
    clock.pass(100)
    await cache.finish('r', end())
    await cache.sweep(interruption)
    await heard(3)
    expect(events).toHaveLength(3)
    clock.pass(59_900)
    await cache.sweep(interruption)
    await heard(4)
    expect(events.at(-1)).toMatchObject({ seq: 4, state: 'COMPLETED', removed: ['AAA'], reset: false })
    clock.pass(100)
    await cache.sweep(interruption)
    await heard(5)
    expect(events.at(-1)).toMatchObject({ seq: 5, state: 'IDLE', lastRun: 'Never', reset: true })
    expect(await cache.read()).toMatchObject({ state: 'IDLE', lastRun: 'Never', tickers: [], outcomes: [] })
    await cache.sweep(interruption)
    expect((await cache.position()).seq).toBe(5)
  })

  test('numbers every change of an epoch without a gap', async () => {
    const { cache } = opened
    const first = await cache.position()
    await cache.claim(run('r'))
    await cache.announce(['AAA'])
    await cache.begin('r', 'AAA')
    await cache.clear()
    await cache.finish('r', end())
    await heard(5)
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
    expect(new Set(events.map(({ epoch }) => epoch)).size).toBe(1)
    const last = await cache.position()
    expect(last).toMatchObject({ epoch: events[0]?.epoch, seq: 5 })
    expect(first.seq).toBe(0)
  })

  test.each(['announce', 'announceStocks'] as const)(
    '%s tells of a change elsewhere without touching anything else',
    async (announce) => {
      const { cache } = opened
      await cache[announce](['AAA', 'BBB'])
      await heard(1)
      expect(events[0]).toMatchObject({
        changed: ['AAA', 'BBB'],
        removed: [],
        outcome: null,
        state: 'IDLE',
        reset: false,
      })
    },
  )

  test('the stock list has another edition after each change of it, the prices that a run saw included', async () => {
    const { cache } = opened
    const changes: [number, () => Promise<unknown>][] = [
      [1, () => cache.announceStocks(['AAA'])],
      [0, () => cache.announce(['AAA'])],
      [0, () => cache.claim(run('r'))],
      [0, () => cache.begin('r', 'AAA')],
      [0, () => cache.commit('r', outcome('AAA'), row('AAA'))],
      [1, () => cache.finish('r', end())],
      [0, () => cache.clear()],
      [1, () => cache.announceStocks(['BBB'])],
    ]
    const editions = [(await cache.read()).edition]
    for (const [news, change] of changes) {
      const answer = await change()
      const { edition } = await cache.read()
      expect((await cache.position()).edition).toBe(edition)
      if (typeof answer === 'string') expect(answer).toBe(edition)
      expect([edition === editions.at(-1), editions.includes(edition)]).toEqual([news === 0, news === 0])
      editions.push(edition)
    }
    await heard(changes.length)
    expect(events.map(({ edition }) => edition)).toEqual(editions.slice(1))
  })

  test('says with each event when the change was made', async () => {
    const { cache } = opened
    await cache.announce(['AAA'])
    await heard(1)
    expect(events[0]?.at).toBe(new Date(clock.now()).toISOString())
  })
})
