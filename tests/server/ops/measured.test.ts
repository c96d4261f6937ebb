/** The ports with a stopwatch: they do what they did, and every number is counted where it happens. */
import { beforeEach, describe, expect, test } from 'vitest'
import { createMemoryScanCache } from '../../../server/src/cache/memory-scan-cache.ts'
import { createLocalScanQueue } from '../../../server/src/events/local-scan-queue.ts'
import { logFields } from '../../../server/src/ops/log-fields.ts'
import { measuredCache } from '../../../server/src/ops/measured-cache.ts'
import { measuredEvents } from '../../../server/src/ops/measured-events.ts'
import { measuredProvider } from '../../../server/src/ops/measured-market-data.ts'
import { measuredQueue } from '../../../server/src/ops/measured-queue.ts'
import { createMetrics, type Metrics } from '../../../server/src/ops/metrics.ts'
import { CacheUnavailable, MarketDataError } from '../../../server/src/scan/errors.ts'
import type { ScanEvent } from '../../../server/src/scan/model.ts'
import type { ScanCache, ScanEvents, ScanWork } from '../../../server/src/scan/ports.ts'
import {
  chain,
  defaultCriteria,
  fakeClock,
  fakeMarket,
  outcome,
  row,
  silentLog,
} from '../../support/fakes.ts'
import { until } from '../../support/until.ts'

let metrics: Metrics
beforeEach(() => {
  metrics = createMetrics()
})

/** The value of a series as Prometheus reads it; null when there is none. */
async function value(series: string): Promise<number | null> {
  const line = (await metrics.text()).split('\n').find((text) => text.startsWith(`wheel_analyzer_${series} `))
  return line === undefined ? null : Number(line.split(' ').at(-1))
}

describe('the cache', () => {
  const startedAt = '2025-06-06T19:30:00.000Z'
  const claim = (runId: string, symbols: string[]) => ({
    runId,
    startedAt,
    startedById: null,
    symbols,
    criteria: defaultCriteria,
    corrupt: [],
  })
  const ending = (state: 'COMPLETED' | 'CANCELLED') => ({
    state,
    lastRun: 'It ended.',
    finishedAt: '2025-06-06T19:30:12.500Z',
    keep: null,
  })

  function setUp(inside?: Partial<ScanCache>) {
    const clock = fakeClock()
    const memory = createMemoryScanCache({
      clock,
      newId: () => 'epoch',
      ttlSeconds: 2_700,
      leaseMs: 15_000,
      publish: () => {},
    })
    return { clock, memory, cache: measuredCache({ ...memory, ...inside }, metrics) }
  }

  test('counts tickers by what became of them', async () => {
    const { cache } = setUp()
    await cache.claim(claim('one', ['AAA', 'BBB', 'CCC', 'DDD']))
    await cache.commit('one', outcome('AAA'), row('AAA'))
    await cache.commit('one', outcome('BBB'), row('BBB'))
    await cache.commit('one', outcome('CCC', { contractsKept: 0 }), null)
    await cache.commit('one', outcome('DDD', { contractsKept: 0, message: 'DDD is unknown.' }), null)
    expect(await value('tickers_total{outcome="ok"}')).toBe(2)
    expect(await value('tickers_total{outcome="empty"}')).toBe(1)
    expect(await value('tickers_total{outcome="failed"}')).toBe(1)
  })

  test('counts nothing for a run that has lost its lease', async () => {
    const { cache } = setUp()
    await cache.claim(claim('one', ['AAA']))
    expect(await cache.commit('another', outcome('AAA'), row('AAA'))).toBe(false)
    expect(await cache.finish('another', ending('COMPLETED'))).toBe(false)
    expect(await value('tickers_total{outcome="ok"}')).toBe(0)
    expect(await value('scans_total{state="COMPLETED"}')).toBe(0)
  })

  test('counts the end of a run once, by its state, with its duration, whoever tells it', async () => {
    const { cache, memory } = setUp()
    const elsewhere = measuredCache(memory, createMetrics())
    await elsewhere.claim(claim('one', ['AAA']))
    await cache.work()
    expect(await cache.finish('one', ending('COMPLETED'))).toBe(true)
    expect(await cache.finish('one', ending('CANCELLED'))).toBe(false)
    expect(await value('scans_total{state="COMPLETED"}')).toBe(1)
    expect(await value('scans_total{state="CANCELLED"}')).toBe(0)
    expect(await value('scan_duration_seconds_sum{state="COMPLETED"}')).toBe(12.5)
  })

  test('counts an orphan that the sweep finds as interrupted', async () => {
    const { cache, clock } = setUp()
    await cache.claim(claim('one', ['AAA']))
    clock.pass(15_001)
    const swept = () => cache.sweep({ lastRun: 'It ended.', finishedAt: '2025-06-06T19:30:15.001Z' })
    expect([await swept(), await swept()]).toEqual(['one', null])
    expect(await value('scans_total{state="INTERRUPTED"}')).toBe(1)
  })

  test('tells readings that find rows from those that find none, and from those that fail', async () => {
    const { cache } = setUp()
    await cache.read()
    await cache.claim(claim('one', ['AAA']))
    await cache.commit('one', outcome('AAA'), row('AAA'))
    await cache.read()
    await cache.read()
    expect(await value('cache_reads_total{result="hit"}')).toBe(2)
    expect(await value('cache_reads_total{result="miss"}')).toBe(1)
    const broken = setUp({ read: async () => Promise.reject(new CacheUnavailable()) }).cache
    await expect(broken.read()).rejects.toThrow(CacheUnavailable)
    expect(await value('cache_reads_total{result="failed"}')).toBe(1)
    expect(await value('cache_operation_duration_seconds_count{operation="read",outcome="failed"}')).toBe(1)
    expect(await value('cache_operation_duration_seconds_count{operation="read",outcome="ok"}')).toBe(3)
  })
})

describe('a provider', () => {
  const labels = (result: string) => `{provider="fake",outcome="${result}"}`
  const fetchChain = async (answer: () => Promise<never> | ReturnType<typeof chain>, signal: AbortSignal) => {
    const market = fakeMarket()
    market.answers.set('AAA', answer)
    return measuredProvider(market, metrics).fetchChain('AAA', defaultCriteria, signal)
  }

  test('that answers is counted with its time, and its answer is untouched', async () => {
    const answer = chain('AAA')
    expect(await fetchChain(() => answer, new AbortController().signal)).toBe(answer)
    expect(await value(`provider_request_duration_seconds_count${labels('ok')}`)).toBe(1)
  })

  test.each([
    ['its fault', new MarketDataError('RATE_LIMITED', 'Later.'), 'RATE_LIMITED'],
    ['a bug', new TypeError('undefined is not a chain'), 'BUG'],
  ])('that fails is counted with %s', async (_case, error, fault) => {
    const asked = fetchChain(() => Promise.reject(error), new AbortController().signal)
    await expect(asked).rejects.toBe(error)
    expect(await value(`provider_request_duration_seconds_count${labels('failed')}`)).toBe(1)
    expect(await value(`provider_errors_total{provider="fake",fault="${fault}"}`)).toBe(1)
  })

  test('that is told to stop has not failed', async () => {
    const controller = new AbortController()
    controller.abort(new Error('The scan was cancelled.'))
    await expect(fetchChain(() => chain('AAA'), controller.signal)).rejects.toThrow('cancelled')
    expect(await value(`provider_request_duration_seconds_count${labels('aborted')}`)).toBe(1)
    expect(await metrics.text()).not.toContain('provider_errors_total{')
  })
})

test('the queue counts its jobs, and every line written during one carries the id of the run', async () => {
  const queue = measuredQueue(createLocalScanQueue({ concurrency: 2, log: silentLog }), metrics)
  const runIds: (string | undefined)[] = []
  let broken = true
  const work: ScanWork = {
    async ticker(_runId, symbol) {
      runIds.push(logFields().runId)
      if (symbol === 'BBB' && broken) {
        broken = false
        throw new Error('once')
      }
    },
    async finish() {
      runIds.push(logFields().runId)
    },
  }
  const { stop } = queue.work(work)
  await queue.enqueue('run-1', ['AAA', 'BBB'])
  await until(async () => !(await queue.has('run-1')))
  await stop()
  expect(runIds).toEqual(Array.from({ length: 4 }, () => 'run-1'))
  expect(logFields()).toEqual({})
  expect(await value('scan_job_duration_seconds_count{job="ticker",outcome="ok"}')).toBe(2)
  expect(await value('scan_job_duration_seconds_count{job="ticker",outcome="failed"}')).toBe(1)
  expect(await value('scan_job_duration_seconds_count{job="finish",outcome="ok"}')).toBe(1)
})

test('a gauge that cannot be read is not a number, and does not spoil the others', async () => {
  metrics.sample(metrics.subscribers, () => 3)
  metrics.sample(metrics.queueJobs, async () => Promise.reject(new Error('Redis is away')))
  expect(await value('subscribers')).toBe(3)
  expect(await value('queue_jobs')).toBeNaN()
})

test('no label says which stock, which run or who', async () => {
  const cache = measuredCache(
    createMemoryScanCache({
      clock: fakeClock(),
      newId: () => 'epoch',
      ttlSeconds: 2_700,
      leaseMs: 15_000,
      publish: () => {},
    }),
    metrics,
  )
  await cache.claim({
    runId: 'run-secret',
    startedAt: '2025-06-06T19:30:00.000Z',
    startedById: 'person-secret',
    symbols: ['ZZZTOP'],
    criteria: defaultCriteria,
    corrupt: [],
  })
  await cache.commit('run-secret', outcome('ZZZTOP'), row('ZZZTOP'))
  await measuredProvider(fakeMarket(), metrics).fetchChain(
    'ZZZTOP',
    defaultCriteria,
    AbortSignal.timeout(1_000),
  )
  expect(await metrics.text()).not.toMatch(/ZZZTOP|secret/)
})

describe('the event channel', () => {
  const at = '2025-06-06T19:30:00.000Z'
  const event: ScanEvent = {
    epoch: 'e',
    seq: 1,
    at,
    state: 'IDLE',
    scanInProgress: false,
    runId: null,
    lastRun: 'Never',
    startedAt: null,
    finishedAt: null,
    progress: { done: 0, total: 0, current: [] },
    edition: null,
    changed: [],
    removed: [],
    outcome: null,
    reset: false,
  }

  async function setUp(arrivesAfterMs: number) {
    let tell: (event: ScanEvent) => void = () => {}
    let lose: (() => void) | undefined
    const inside: ScanEvents = {
      async subscribe(listener, onGap) {
        tell = listener
        lose = onGap
        return async () => {}
      },
    }
    const heard: (ScanEvent | 'gap')[] = []
    const events = measuredEvents(inside, metrics, fakeClock(Date.parse(at) + arrivesAfterMs))
    await events.subscribe(
      (news) => heard.push(news),
      () => heard.push('gap'),
    )
    tell(event)
    lose?.()
    return heard
  }

  test('measures how late an event is, hands it on, and counts the gaps', async () => {
    expect(await setUp(40)).toEqual([event, 'gap'])
    expect(await value('event_lag_seconds_sum')).toBe(0.04)
    expect(await value('event_gaps_total')).toBe(1)
  })

  test('takes an event from the future, of a machine whose clock is ahead, as one that took no time', async () => {
    await setUp(-40)
    expect(await value('event_lag_seconds_sum')).toBe(0)
    expect(await value('event_lag_seconds_count')).toBe(1)
  })
})
