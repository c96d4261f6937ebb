/** Counts of requests: the same promises in Redis and in this process, and what holds while Redis is away. */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connectRedis } from '../../../server/src/cache/redis.ts'
import { createCounters, type Counters } from '../../../server/src/limits/counters.ts'
import { recordingLog, silentLog } from '../../support/fakes.ts'
import { programs } from '../../support/programs.ts'
import { startRedis, type RedisServer } from '../../support/redis-server.ts'

const MINUTE = 60_000

describe.skipIf(programs.redis === null)('in Redis', () => {
  let server: RedisServer
  let redis: Redis
  beforeAll(async () => {
    server = await startRedis()
    redis = await connectRedis(server.url)
  })
  beforeEach(() => redis.flushall())
  afterAll(async () => {
    redis.disconnect()
    await server[Symbol.asyncDispose]()
  })
  promises(async () => createCounters({ redis, prefix: 'test', log: silentLog }))

  test('servers count together, and installations apart', async () => {
    const one = createCounters({ redis, prefix: 'a', log: silentLog })
    const same = createCounters({ redis, prefix: 'a', log: silentLog })
    const other = createCounters({ redis, prefix: 'b', log: silentLog })
    await one.add('key', 2, MINUTE)
    expect((await same.add('key', 1, MINUTE)).count).toBe(3)
    expect((await other.peek('key')).count).toBe(0)
  })

  test('nothing is left behind when the window is over', async () => {
    const counters = createCounters({ redis, prefix: 'test', log: silentLog })
    await counters.add('key', 1, MINUTE)
    const [key] = await redis.keys('*')
    expect(await redis.ttl(key ?? '')).toBeGreaterThan(0)
  })
})

describe('in this process', () => {
  promises(() => Promise.resolve(createCounters({ redis: null, prefix: 'test', log: silentLog })))
})

function promises(create: () => Promise<Counters>): void {
  test('amounts add up until the window that began with the first is over', async () => {
    const counters = await create()
    expect(await counters.add('key', 1, 1_000)).toMatchObject({ count: 1 })
    const { count, resetMs } = await counters.add('key', 4, 1_000)
    expect(count).toBe(5)
    expect(resetMs).toBeGreaterThan(0)
    expect(resetMs).toBeLessThanOrEqual(1_000)
    await new Promise((resolve) => setTimeout(resolve, 1_050))
    expect(await counters.peek('key')).toEqual({ count: 0, resetMs: 0 })
    expect(await counters.add('key', 1, 1_000)).toMatchObject({ count: 1 })
  })

  test('looking counts nothing', async () => {
    const counters = await create()
    expect(await counters.peek('key')).toEqual({ count: 0, resetMs: 0 })
    await counters.add('key', 3, MINUTE)
    await counters.peek('key')
    expect((await counters.peek('key')).count).toBe(3)
  })

  test('what is cleared begins anew, and nothing else is touched', async () => {
    const counters = await create()
    await counters.add('key', 3, MINUTE)
    await counters.add('other', 3, MINUTE)
    await counters.clear('key')
    await counters.clear('never there')
    expect((await counters.peek('key')).count).toBe(0)
    expect((await counters.peek('other')).count).toBe(3)
  })

  test('a hundred at the same time are a hundred', async () => {
    const counters = await create()
    const counts = await Promise.all(Array.from({ length: 100 }, () => counters.add('key', 1, MINUTE)))
    expect(Math.max(...counts.map(({ count }) => count))).toBe(100)
    expect(new Set(counts.map(({ count }) => count)).size).toBe(100)
  })
}

describe.skipIf(programs.redis === null)('while Redis is away', () => {
  test('each server counts for itself, says so once, and goes back to Redis when it is back', async () => {
    await using server = await startRedis()
    const redis = await connectRedis(server.url)
    const log = recordingLog()
    const counters = createCounters({ redis, prefix: 'test', log })
    await counters.add('key', 5, MINUTE)
    await server.stop()
    try {
      expect((await counters.add('key', 1, MINUTE)).count).toBe(1)
      expect((await counters.add('key', 1, MINUTE)).count).toBe(2)
      expect((await counters.peek('key')).count).toBe(2)
      await counters.clear('key')
      expect((await counters.peek('key')).count).toBe(0)
      expect(log.warnings()).toEqual(['Redis does not answer: each server counts requests for itself.'])

      await server.start()
      await expect.poll(() => redis.status).toBe('ready')
      const seen = new Redis(server.url)
      await counters.add('key', 7, MINUTE)
      expect(await seen.get('test:counts:key')).toBe('7')
      seen.disconnect()
    } finally {
      redis.disconnect()
    }
  })
})
