/** What Redis can do to a scan: no answer of 500, no flag that is stuck, the true state for everybody, said once. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { scanKeys } from '../../server/src/cache/redis-scan-cache.ts'
import { look, query, seat, type Audience } from '../support/audience.ts'
import { createDatabase } from '../support/databases.ts'
import { launch } from '../support/process.ts'
import { startRedisProxy, type RedisProxy } from '../support/redis-proxy.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { startSentinelGroup, type SentinelGroup } from '../support/sentinel.ts'
import { ask, signIn } from '../support/server.ts'
import { pause, until } from '../support/until.ts'

const available =
  process.env['TEST_REDIS_URL'] !== undefined && process.env['TEST_DATABASE_URL'] !== undefined
const everything = process.env['FAULTS'] === 'all'
/** Time for a test that has more to do in the full version. */
const LONG_MS = everything ? 300_000 : 60_000
const START = 'mutation { startScan { __typename } }'
/** An answer within a second is promised (redis-connection.test.ts); here, clients and servers share few processors. */
const HUNG_MS = 10_000
const AWAY = 'Redis does not answer'
const BACK = 'Redis answers again'
const FULL = 'Redis is full'
/** More than everything takes. */
const ROOM = '64mb'
const keys = scanKeys('wheel_analyzer:1')

const common = {
  AUTH_SECRET: 'the same secret on every server of the installation',
  DEMO_LATENCY_MS: '300',
  SCAN_CONCURRENCY: '2',
  SCAN_LEASE_MS: '2500',
  SCAN_SWEEP_MS: '300',
  SCAN_TICKER_TIMEOUT_MS: '3000',
  STATUS_LOOK_MS: '500',
}

/** Two servers on one database. */
interface Site extends AsyncDisposable {
  urls: string[]
  cookie: string
  /** @returns the kind of answer */
  start(): Promise<string>
  /** State of the latest run in the database. */
  recorded(): Promise<string | undefined>
  /** Runs while nothing is wrong: the scan completes, and everybody sees it. */
  completes(audience?: Audience): Promise<void>
  /** How often each server has said it so far. */
  said(message: string): number[]
}

const toClose: AsyncDisposable[] = []

function opened<T extends AsyncDisposable>(one: T): T {
  toClose.push(one)
  return one
}

async function closeAll(): Promise<void> {
  for (const one of toClose.splice(0).toReversed()) await one[Symbol.asyncDispose]()
}

/** @param addresses what each of the servers knows about Redis */
async function open(addresses: Record<string, string>[]): Promise<Site> {
  const databaseUrl = await createDatabase()
  const launched = await Promise.allSettled(
    addresses.map((address) => launch({ ...common, DATABASE_URL: databaseUrl, ...address })),
  )
  const servers = launched.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  for (const each of launched) {
    if (each.status === 'fulfilled') continue
    for (const server of servers) await server[Symbol.asyncDispose]()
    throw each.reason
  }
  const database = new Client({ connectionString: databaseUrl })
  await database.connect()
  // A scan of a second or two: long enough for its middle, and short enough for many.
  await database.query(
    'UPDATE stocks SET active = false WHERE symbol NOT IN (SELECT symbol FROM stocks ORDER BY symbol LIMIT 14)',
  )
  const urls = servers.map(({ url }) => url)
  const cookie = await signIn(urls[0] ?? '')

  const start = async () => {
    const { data } = await ask<{ startScan: { __typename: string } }>(urls[0] ?? '', cookie, START)
    return data.startScan.__typename
  }
  return {
    urls,
    cookie,
    start,
    async recorded() {
      const { rows } = await database.query<{ state: string }>(
        'SELECT state FROM scan_runs ORDER BY started_at DESC LIMIT 1',
      )
      return rows[0]?.state
    },
    async completes(audience) {
      expect(await start()).toBe('ScanStarted')
      await until(async () => (await look(urls[0] ?? '', cookie)).state === 'COMPLETED', 20_000)
      if (audience !== undefined) expect((await audience.agreed()).state).toBe('COMPLETED')
    },
    said: (message) => servers.map((server) => server.output().split(message).length - 1),
    async [Symbol.asyncDispose]() {
      for (const server of servers) await server[Symbol.asyncDispose]()
      await database.end()
    },
  }
}

/** Presses the button, and waits until the scan is well under way. */
async function inTheMiddle({ urls, cookie, start }: Site): Promise<void> {
  expect(await start()).toBe('ScanStarted')
  await until(async () => {
    const { data } = await ask<{ scanStatus: { progress: { done: number } } }>(
      urls[0] ?? '',
      cookie,
      '{ scanStatus { progress { done } } }',
    )
    return data.scanStatus.progress.done >= 4
  })
}

/** @returns what holds, in a while, when each server has told the outage that comes now, and its end, once */
async function expectOneOutage(site: Site): Promise<() => Promise<void>> {
  // A busy machine may have looked like one.
  await until(() => String(site.said(AWAY)) === String(site.said(BACK)))
  const oneMore = (counts: number[]) => counts.map((count) => count + 1)
  const [away, back] = [oneMore(site.said(AWAY)), oneMore(site.said(BACK))]
  return async () => {
    await until(() => site.said(BACK).every((count, index) => count >= (back[index] ?? 0)))
    expect([site.said(AWAY), site.said(BACK)]).toEqual([away, back])
  }
}

const over = ({ urls, cookie }: Site, withinMs = 15_000) =>
  until(async () => {
    const { scanInProgress, degraded, state } = await look(urls[0] ?? '', cookie)
    return !scanInProgress && !degraded && state !== 'RUNNING'
  }, withinMs)

describe.skipIf(!available)('a Redis with appendonly behind two servers', () => {
  let redis: RedisServer
  let proxies: RedisProxy[]
  let site: Site

  beforeAll(async () => {
    redis = opened(await startRedis({ appendonly: true }))
    proxies = [opened(await startRedisProxy(redis.port)), opened(await startRedisProxy(redis.port))]
    site = opened(await open(proxies.map(({ url }) => ({ REDIS_URL: url }))))
  })
  afterAll(closeAll)

  afterEach(() => {
    for (const proxy of proxies) proxy.restore()
  })

  test(
    'killed and restarted in the middle of a scan: zero 5xx, and all of 200 subscribers see it complete',
    { timeout: LONG_MS },
    async () => {
      using audience = seat(site.urls, site.cookie, 200)
      await using crowd = query(site.urls, site.cookie)
      await audience.seated()
      for (let round = 0; round < (everything ? 10 : 1); round += 1) {
        const saidOnce = await expectOneOutage(site)
        await inTheMiddle(site)
        await redis.stop()
        await pause(200)
        await redis.start()
        await over(site)
        const final = await audience.agreed()
        expect(final.state).toBe('COMPLETED')
        expect(final.lastRun).toContain('Scan completed successfully at')
        await saidOnce()
      }
      await crowd.stop()
      console.log(`200 subscribers, ${crowd.answers()} queries, slowest ${crowd.slowestMs().toFixed(0)} ms`)
      expect(crowd.troubles()).toEqual([])
      expect(crowd.slowestMs()).toBeLessThan(HUNG_MS)
      expect(audience.dropped()).toBe(0)
    },
  )

  test(
    `away for ${everything ? 30 : 3} seconds, longer than the lease: the run is interrupted for everybody, and the next one works`,
    async () => {
      using audience = seat(site.urls, site.cookie, 12)
      await using crowd = query(site.urls, site.cookie)
      await audience.seated()
      const saidOnce = await expectOneOutage(site)
      await inTheMiddle(site)
      await redis.stop()
      await pause(everything ? 30_000 : 3_000)
      expect(await site.start()).toBe('CacheUnavailable')
      await redis.start()
      await over(site)
      expect((await audience.agreed()).lastRun).toContain('Scan interrupted at')
      await until(async () => (await site.recorded()) === 'INTERRUPTED')
      await site.completes(audience)
      await saidOnce()
      await crowd.stop()
      expect(crowd.troubles()).toEqual([])
      expect(audience.dropped()).toBe(0)
    },
    LONG_MS,
  )

  test('half a second late: the scan completes, and nobody calls it an outage', async () => {
    using audience = seat(site.urls, site.cookie, 12)
    await using crowd = query(site.urls, site.cookie)
    await audience.seated()
    await inTheMiddle(site)
    const said = site.said(AWAY)
    for (const proxy of proxies) proxy.delay(500)
    await over(site, 40_000)
    expect(site.said(AWAY)).toEqual(said)
    for (const proxy of proxies) proxy.restore()
    expect((await audience.agreed()).state).toBe('COMPLETED')
    await crowd.stop()
    expect(crowd.troubles()).toEqual([])
  })

  test('silent on the connections that subscribe: nobody misses the end, and the connections are replaced', async () => {
    using audience = seat(site.urls, site.cookie, 12)
    await audience.seated()
    await inTheMiddle(site)
    expect(proxies.map((proxy) => proxy.swallow('subscribers'))).toEqual([1, 1])
    await over(site)
    expect((await audience.agreed(3_000)).state).toBe('COMPLETED')

    // Pings go unanswered for five seconds at most.
    await until(() => proxies.every((proxy) => proxy.subscribers() === 1), 7_000)
    const before = audience.heard().length
    await site.completes(audience)
    const pushed = audience.heard().slice(before)
    // A look that finds something newer, on a busy machine, may bring a snapshot among them.
    expect(pushed.filter(({ snapshot }) => !snapshot).length).toBeGreaterThan(14)
  })

  test.runIf(everything)(
    'silent on all connections, with new ones that work: the scan ends, and the next one completes',
    async () => {
      using audience = seat(site.urls, site.cookie, 12)
      await using crowd = query(site.urls, site.cookie)
      await audience.seated()
      await inTheMiddle(site)
      for (const proxy of proxies) expect(proxy.swallow('existing')).toBeGreaterThan(2)
      await over(site)
      await audience.agreed()
      await site.completes(audience)
      await crowd.stop()
      expect(crowd.troubles()).toEqual([])
      expect(crowd.slowestMs()).toBeLessThan(HUNG_MS)
    },
  )

  const single = Object.entries(keys).filter(([name]) => name !== 'channel')
  test.each([
    ...(everything ? single : single.filter(([name]) => ['options', 'lease'].includes(name))),
    ['the whole queue', 'wheel_analyzer:1:queue:*'],
    ['everything', 'wheel_analyzer:1:*'],
  ])('evicts %s in the middle: the run ends, all see how, and the next one completes', async (_name, key) => {
    using audience = seat(site.urls, site.cookie, 4)
    await using crowd = query(site.urls, site.cookie)
    await audience.seated()
    await inTheMiddle(site)
    const client = new Redis(redis.url)
    await client.del(...(await client.keys(key)), key)
    await over(site)
    await audience.agreed()
    await site.completes(audience)
    expect((await audience.agreed()).rows).not.toEqual([])
    await until(async () => (await site.recorded()) === 'COMPLETED')
    await crowd.stop()
    expect(crowd.troubles()).toEqual([])
    client.disconnect()
  })

  test('leaves no channel, no lease and no job', async () => {
    const client = new Redis(redis.url)
    await until(async () => (await client.pubsub('NUMSUB', keys.channel))[1] === 0, 20_000)
    expect(await client.exists(keys.lease)).toBe(0)
    const jobs = await client.keys('wheel_analyzer:1:queue:scan:*')
    const bookKeeping = /:(meta|events|id|stalled-check|marker)$/
    expect(jobs.filter((key) => !bookKeeping.test(key))).toEqual([])
    client.disconnect()
  })
})

describe.skipIf(!available)('a Redis that keeps nothing', () => {
  let redis: RedisServer
  let site: Site

  beforeAll(async () => {
    redis = opened(await startRedis({ maxmemory: ROOM }))
    site = opened(await open([{ REDIS_URL: redis.url }, { REDIS_URL: redis.url }]))
  })
  afterAll(closeAll)

  test('restarted in the middle of a scan: the run is interrupted, and the next one completes', async () => {
    using audience = seat(site.urls, site.cookie, 12)
    await using crowd = query(site.urls, site.cookie)
    await audience.seated()
    await inTheMiddle(site)
    await redis.stop()
    await redis.start()
    await over(site)
    await until(async () => (await site.recorded()) === 'INTERRUPTED')
    expect(['IDLE', 'INTERRUPTED']).toContain((await audience.agreed()).state)
    await site.completes(audience)
    await crowd.stop()
    expect(crowd.troubles()).toEqual([])
    expect(audience.dropped()).toBe(0)
  })

  test('full in the middle of a scan: the run fails and says why, and with room again the next one completes', async () => {
    await site.completes()
    using audience = seat(site.urls, site.cookie, 12)
    await using crowd = query(site.urls, site.cookie)
    await audience.seated()
    await inTheMiddle(site)
    const said = site.said(AWAY)
    const client = new Redis(redis.url)
    const junk = Array.from({ length: 40 }, (_, index) => `junk:${index}`)
    for (const key of junk) await client.set(key, 'x'.repeat(50_000))
    await client.config('SET', 'maxmemory', '1mb')
    await expect(client.set('one', 'more')).rejects.toThrow('OOM')
    await over(site)
    const { state, lastRun } = await audience.agreed()
    expect({ state, lastRun }).toEqual({
      state: 'FAILED',
      lastRun: expect.stringMatching(/^Scan failed: .*full/) as string,
    })
    await until(async () => (await site.recorded()) === 'FAILED')
    expect(site.said(AWAY)).toEqual(said)
    for (const times of site.said(FULL)) expect(times).toBeLessThanOrEqual(1)
    await client.del(junk)
    await client.config('SET', 'maxmemory', ROOM)
    await site.completes(audience)
    await crowd.stop()
    expect(crowd.troubles()).toEqual([])
    client.disconnect()
  })
})

describe.skipIf(!available)('a Redis behind sentinels', () => {
  let group: SentinelGroup
  let site: Site

  beforeAll(async () => {
    group = opened(await startSentinelGroup())
    const address = { REDIS_SENTINELS: group.list, SCAN_LEASE_MS: '9000' }
    site = opened(await open([address, address]))
  })
  afterAll(closeAll)

  test('whose master is killed in the middle of a scan: it completes on the new one, for everybody', async () => {
    using audience = seat(site.urls, site.cookie, 20)
    await using crowd = query(site.urls, site.cookie)
    await audience.seated()
    const saidOnce = await expectOneOutage(site)
    await inTheMiddle(site)
    await group.master.stop()
    await over(site, 40_000)
    expect(await group.masterPort()).toBe(group.replica.port)
    expect((await audience.agreed()).state).toBe('COMPLETED')
    await site.completes(audience)
    await saidOnce()
    await crowd.stop()
    expect(crowd.troubles()).toEqual([])
    expect(audience.dropped()).toBe(0)
  })
})
