/** The contract of `ScanQueue`: whatever carries the jobs of a scan passes all of this. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createBullScanQueue } from '../../../server/src/events/bull-scan-queue.ts'
import { connectBlocking } from '../../../server/src/cache/redis.ts'
import type { ScanQueue, ScanWork } from '../../../server/src/scan/ports.ts'
import { cacheKinds, hasRedis, redisCache, type OpenCache } from '../../support/caches.ts'
import { realClock, recordingLog, silentLog } from '../../support/fakes.ts'
import { startRedis } from '../../support/redis-server.ts'
import { pause, until } from '../../support/until.ts'

const symbols = ['AAA', 'BBB', 'BRK.B', 'CCC', 'DDD']
const LEASE_MS = 600

interface Diary extends ScanWork {
  tickers: string[]
  finished: string[]
  busiest: number
}

/** @param act what a ticker does */
function diary(act: (symbol: string, runId: string) => Promise<void> = () => pause(10)): Diary {
  let busy = 0
  const written: Diary = {
    tickers: [],
    finished: [],
    busiest: 0,
    async ticker(runId, symbol) {
      written.tickers.push(symbol)
      busy += 1
      written.busiest = Math.max(written.busiest, busy)
      await act(symbol, runId).finally(() => (busy -= 1))
    },
    async finish(runId) {
      written.finished.push(runId)
    },
  }
  return written
}

describe.each(cacheKinds)('the scan queue in $name', ({ open }) => {
  let opened: OpenCache
  let queue: ScanQueue
  const log = recordingLog()
  const taking: { stop(): Promise<void> }[] = []

  beforeEach(async () => {
    log.lines.length = 0
    opened = await open({ clock: realClock, leaseMs: LEASE_MS, log })
    queue = opened.openQueue(2)
  })
  afterEach(async () => {
    for (const taken of taking.splice(0)) await taken.stop()
    await opened[Symbol.asyncDispose]()
  })
  const work = (written: ScanWork) => taking.push(queue.work(written))
  const over = (runId: string) => until(async () => !(await queue.has(runId)))

  test('hands out every ticker once, so many at a time, and the end after the last', async () => {
    const written = diary()
    const orders: string[] = []
    work({
      ticker: (runId, symbol) => written.ticker(runId, symbol).then(() => void orders.push(symbol)),
      finish: (runId) => written.finish(runId).then(() => void orders.push('end')),
    })
    await queue.enqueue('run', symbols)
    expect(await queue.has('run')).toBe(true)
    await until(() => written.finished.length > 0)
    expect(written.tickers.toSorted()).toEqual(symbols)
    expect(written.busiest).toBe(2)
    expect(written.finished).toEqual(['run'])
    expect(orders.at(-1)).toBe('end')
    await over('run')
    expect(await queue.has('another')).toBe(false)
  })

  test('queues nothing twice', async () => {
    const written = diary(() => pause(30))
    work(written)
    await Promise.all([queue.enqueue('run', symbols), queue.enqueue('run', symbols)])
    await over('run')
    expect(written.tickers.toSorted()).toEqual(symbols)
    expect(written.finished).toEqual(['run'])
  })

  test('tries what fails again, after a while', async () => {
    const times: number[] = []
    const written = diary(async (symbol) => {
      if (symbol !== 'BBB') return
      times.push(performance.now())
      if (times.length < 3) throw new Error('Not now.')
    })
    work(written)
    await queue.enqueue('run', symbols)
    await until(() => written.finished.length > 0, 10_000)
    expect(times).toHaveLength(3)
    const [first = 0, second = 0, third = 0] = times
    expect(second - first).toBeGreaterThan(200)
    expect(third - second).toBeGreaterThan(400)
    expect(log.lines).toEqual([])
  })

  test('gives a ticker up that always fails, says so, and comes to the end all the same', async () => {
    const written = diary(async (symbol) => {
      if (symbol === 'BBB') throw new Error('Never.')
    })
    work(written)
    await queue.enqueue('run', symbols)
    await until(() => written.finished.length > 0, 10_000)
    expect(written.tickers.filter((symbol) => symbol === 'BBB')).toHaveLength(4)
    expect(log.lines.map(({ level, message }) => [level, message])).toEqual([
      ['error', 'A scan job was given up.'],
    ])
    await over('run')
  })

  test('forgets, when told, what nobody has begun', async () => {
    const written = diary(() => pause(100))
    work(written)
    await queue.enqueue('run', symbols)
    await until(() => written.tickers.length === 2)
    await queue.discard('run')
    await over('run')
    await pause(300)
    expect(written.tickers).toHaveLength(2)
    await queue.discard('run')
    await queue.enqueue('next', ['AAA'])
    await until(() => written.finished.includes('next'))
  })
})

describe.skipIf(!hasRedis)('the scan queue in BullMQ', () => {
  const open = () => redisCache.open({ clock: realClock, leaseMs: LEASE_MS })
  const jobsOf = async ({ redis, keys }: OpenCache): Promise<string[]> => {
    const found = (await redis?.keys(`${keys.lease.split(':scanner')[0]}:queue:*`)) ?? []
    return found.map((key) => key.split(':queue:scan:')[1] ?? key)
  }

  test('leaves no job behind, only its own book-keeping', async () => {
    await using opened = await open()
    const queue = opened.openQueue(2)
    const written = diary()
    const taken = queue.work(written)
    for (const run of ['one', 'two', 'three']) await queue.enqueue(run, symbols)
    await until(() => written.finished.length === 3)
    await until(async () => !(await queue.has('three')))
    await taken.stop()
    const left = await jobsOf(opened)
    expect(left.filter((key) => !['meta', 'events', 'id', 'stalled-check', 'marker'].includes(key))).toEqual(
      [],
    )
  })

  test('shares the tickers of a run between workers', async () => {
    await using opened = await open()
    const workers = [diary(() => pause(30)), diary(() => pause(30))]
    const taken = workers.map((written) => opened.openQueue(1).work(written))
    await opened.openQueue(1).enqueue('run', symbols)
    await until(() => workers.some(({ finished }) => finished.length > 0))
    expect(workers.flatMap(({ tickers }) => tickers).toSorted()).toEqual(symbols)
    for (const { tickers } of workers) expect(tickers.length).toBeGreaterThan(0)
    for (const one of taken) await one.stop()
  })

  describe('with a long list', () => {
    const many = Array.from({ length: 620 }, (_, index) => `S${index}`)
    const concurrency = 20

    test('hands out every ticker once and the end after the last, with few jobs at a time', async () => {
      await using opened = await open()
      const queue = opened.openQueue(concurrency)
      const sizes: number[] = []
      const orders: string[] = []
      const taken = queue.work({
        ticker: async (_runId, symbol) => {
          if (orders.push(symbol) % 50 === 0) sizes.push((await jobsOf(opened)).length)
        },
        finish: async () => void orders.push('end'),
      })
      await queue.enqueue('run', many)
      await until(async () => orders.includes('end') && !(await queue.has('run')))
      expect(orders.slice(0, -1).toSorted()).toEqual(many.toSorted())
      expect(orders.at(-1)).toBe('end')
      expect(Math.max(...sizes)).toBeLessThan(540)
      await taken.stop()
    })

    test('queues nothing twice, and nothing that is done, when it is told again', async () => {
      await using opened = await open()
      const queue = opened.openQueue(concurrency)
      const written = diary()
      const taken = queue.work(written)
      await queue.enqueue('run', many)
      await until(() => written.tickers.length > 300)
      await queue.enqueue('run', many.slice(280))
      await until(async () => !(await queue.has('run')))
      expect([...new Set(written.tickers)].toSorted()).toEqual(many.toSorted())
      // Only of the first batch that it is told: whoever tells it again knows what is missing.
      expect(written.tickers.length - many.length).toBeLessThan(100)
      expect(written.finished).toEqual(['run'])
      await taken.stop()
    })

    test('queues no more of it once it is told to forget it', async () => {
      await using opened = await open()
      const queue = opened.openQueue(concurrency)
      const written = diary(() => pause(50))
      const taken = queue.work(written)
      await queue.enqueue('run', many)
      await until(() => written.tickers.length >= concurrency)
      await queue.discard('run')
      await until(async () => !(await queue.has('run')))
      await pause(200)
      expect(written.tickers.length).toBeLessThan(3 * concurrency)
      expect((await jobsOf(opened)).filter((key) => key.startsWith('run'))).toEqual([])
      await taken.stop()
    })
  })

  test('a worker that stops gives back what it has in hand, at once', async () => {
    await using opened = await open()
    const [leaving, staying] = [opened.openQueue(2), opened.openQueue(2)]
    let abort = () => {}
    const stopped = new Promise<void>((_resolve, reject) => {
      abort = () => reject(new Error('The worker is stopping.'))
    })
    const given = diary(() => stopped)
    const taken = leaving.work(given)
    await leaving.enqueue('run', symbols)
    await until(() => given.tickers.length === 2)
    const stopping = taken.stop()
    abort()
    await stopping
    const written = diary()
    const second = staying.work(written)
    await until(() => written.finished.length > 0, 2_000)
    expect(written.tickers.toSorted()).toEqual(symbols)
    await second.stop()
  })

  test.each([0, 200, 2_000])('a worker stops while Redis is away since %i ms', async (ms) => {
    await using server = await startRedis()
    await using opened = await redisCache.open({ clock: realClock, url: server.url })
    const working = diary()
    const queue = opened.openQueue(1)
    const worker = queue.work(working)
    await queue.enqueue('run', ['AAA'])
    await until(() => working.finished.length > 0)
    await server.stop()
    await pause(ms)
    await worker.stop()
  })

  // Whether BullMQ then waits for its return is a matter of a millisecond: each second time it does.
  test.each([1, 2, 3, 4, 5, 6])('a worker stops in the moment in which Redis goes away (%i)', async () => {
    await using server = await startRedis()
    await using opened = await redisCache.open({ clock: realClock, url: server.url })
    const worker = opened.openQueue(1).work(diary())
    await pause(20)
    const gone = server.stop()
    await pause(0)
    await worker.stop()
    // As a server does that drains, and then closes.
    await worker.stop()
    await gone
  })

  test('jobs of a worker that has died go to another; one that kills every worker is given up', async () => {
    await using server = await startRedis()
    const common = { prefix: 'p', concurrency: 1, lockMs: 200, log: silentLog }
    const workerOn = async (written: ScanWork) => {
      await using opened = await redisCache.open({ clock: realClock, url: server.url })
      const connection = connectBlocking(server.url)
      const redis = opened.redis?.duplicate({ enableOfflineQueue: true })
      if (redis === undefined) throw new Error('there is no Redis')
      const queue = createBullScanQueue({ ...common, redis, connectWorker: () => connection })
      queue.work(written)
      return { queue, die: () => (connection.disconnect(), redis.disconnect()) }
    }
    const deadly: string[] = []
    for (let death = 0; death < 4; death += 1) {
      const hands = diary(() => new Promise(() => {}))
      const doomed = await workerOn(hands)
      if (death === 0) await doomed.queue.enqueue('run', ['AAA'])
      await until(() => hands.tickers.length + hands.finished.length > 0, 5_000)
      deadly.push(...hands.tickers, ...hands.finished)
      doomed.die()
      if (hands.finished.length > 0) break
    }
    const survivor = diary()
    const alive = await workerOn(survivor)
    await until(() => survivor.finished.length > 0 || deadly.includes('run'), 5_000)
    expect(survivor.tickers).toEqual([])
    expect(deadly.filter((symbol) => symbol === 'AAA').length).toBe(4)
    alive.die()
  })
})
