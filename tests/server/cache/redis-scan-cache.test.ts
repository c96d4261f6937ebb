/** What only the Redis cache promises: key names, TTLs, round trips, damage, outages. */
import { describe, expect, test } from 'vitest'
import { Redis } from 'ioredis'
import { CacheFull, CacheUnavailable } from '../../../server/src/scan/errors.ts'
import { hasRedis, redisCache, type OpenCache } from '../../support/caches.ts'
import { claim, fakeClock, outcome, realClock, recordingLog, row } from '../../support/fakes.ts'
import { startRedis, type RedisServer } from '../../support/redis-server.ts'
import { pause, until } from '../../support/until.ts'

const now = () => new Date().toISOString()
const run = (symbols = ['AAA']) => claim('r', { symbols })
const end = { state: 'COMPLETED' as const, lastRun: 'done', finishedAt: now(), keep: null }

describe.skipIf(!hasRedis)('the scan cache in Redis', () => {
  test('uses the keys of the design, with the TTL on all result keys together', async () => {
    await using opened = await redisCache.open({ clock: realClock, prefix: 'wheel_analyzer:1' })
    const { cache, redis } = opened
    await cache.claim(run())
    await cache.commit('r', outcome('AAA'), row('AAA', { scannedAt: now() }))
    await cache.finish('r', end)
    const keys = (await redis?.keys('wheel_analyzer:1:*'))?.toSorted()
    expect(keys).toEqual([
      'wheel_analyzer:1:scanner:last_run',
      'wheel_analyzer:1:scanner:seq',
      'wheel_analyzer:1:scanner:status',
      'wheel_analyzer:1:scanner:ticker_ages',
      'wheel_analyzer:1:scanner:ticker_options',
      'wheel_analyzer:1:scanner:ticker_outcomes',
      'wheel_analyzer:1:scanner:ticker_scan_times',
    ])
    for (const key of keys ?? []) {
      const ttl = await redis?.ttl(key)
      if (key.endsWith(':seq')) expect(ttl).toBe(-1)
      else expect(ttl).toBeGreaterThan(2690)
    }
    expect(await redis?.get('wheel_analyzer:1:scanner:last_run')).toBe('done')
    await redis?.del(...(keys ?? []))
  })

  test('makes the order of the rows by age again when it is lost', async () => {
    const clock = fakeClock(Date.now())
    await using opened = await redisCache.open({ clock, ttlSeconds: 100 })
    const { cache, redis, keys } = opened
    await cache.claim(run(['AAA', 'BBB']))
    const scannedAt = new Date(clock.now()).toISOString()
    for (const symbol of ['AAA', 'BBB']) await cache.commit('r', outcome(symbol), row(symbol, { scannedAt }))
    await redis?.del(keys.ages)
    clock.pass(50_000)
    await cache.commit('r', outcome('CCC'), row('CCC', { scannedAt: new Date(clock.now()).toISOString() }))
    expect(await redis?.zcard(keys.ages)).toBe(3)
    await redis?.set(keys.ages, 'x')
    clock.pass(51_000)
    await cache.begin('r', 'DDD')
    await cache.commit('r', outcome('DDD', { contractsKept: 0 }), null)
    expect(await redis?.hkeys(keys.options)).toEqual(['CCC'])
    expect(await redis?.hkeys(keys.times)).toEqual(['CCC'])
    await cache.clear()
  })

  test.each([1, 26, 200])('reads everything of %i tickers in one round trip', async (count) => {
    // Of its own: the watcher sees what everybody does.
    await using server = await startRedis()
    await using opened = await redisCache.open({ clock: realClock, url: server.url })
    const { cache } = opened
    const symbols = Array.from({ length: count }, (_, index) => `T${index}`)
    await cache.claim(run(symbols))
    for (const symbol of symbols) await cache.commit('r', outcome(symbol), row(symbol, { scannedAt: now() }))

    const client = new Redis(server.url)
    const watcher = await client.monitor()
    const commands: string[] = []
    watcher.on('monitor', (_time: string, [command, key]: string[]) => {
      if (
        command === 'multi' ||
        command === 'exec' ||
        key?.startsWith(opened.keys.options.split(':')[0] ?? '')
      )
        commands.push(command ?? '')
    })
    expect((await cache.read()).tickers).toHaveLength(count)
    await until(() => commands.includes('exec'))
    watcher.disconnect()
    client.disconnect()
    expect(commands).toEqual(['multi', 'hgetall', 'get', 'hgetall', 'hgetall', 'get', 'hmget', 'exec'])
  })

  test.each([
    [
      'a row that is no JSON',
      (redis: Redis, keys: { options: string }) => redis.hset(keys.options, 'AAA', '{"symbol":'),
    ],
    [
      'a row of another shape',
      (redis: Redis, keys: { options: string }) => redis.hset(keys.options, 'AAA', '{"symbol":"AAA"}'),
    ],
    [
      'rows of a wrong type',
      async (redis: Redis, keys: { options: string }) => {
        await redis.set(keys.options, 'x')
      },
    ],
    [
      'a status of a wrong type',
      async (redis: Redis, keys: { status: string }) => {
        await redis.del(keys.status)
        await redis.lpush(keys.status, 'x')
      },
    ],
    [
      'a status that makes no sense',
      (redis: Redis, keys: { status: string }) => redis.hset(keys.status, 'state', 'DANCING'),
    ],
    [
      'a lease of a wrong type',
      async (redis: Redis, keys: { lease: string }) => {
        await redis.lpush(keys.lease, 'x')
      },
    ],
    [
      'a position of a wrong type',
      async (redis: Redis, keys: { position: string }) => {
        await redis.set(keys.position, 'x')
      },
    ],
    [
      'a last run of a wrong type',
      async (redis: Redis, keys: { lastRun: string }) => {
        await redis.del(keys.lastRun)
        await redis.lpush(keys.lastRun, 'x')
      },
    ],
  ])('names %s as corrupt, warns once, and is healed by the next scan', async (_case, damage) => {
    const log = recordingLog()
    await using opened = await redisCache.open({ clock: realClock, log })
    const { cache, redis, keys } = opened
    await cache.claim(run(['AAA', 'BBB']))
    for (const symbol of ['AAA', 'BBB'])
      await cache.commit('r', outcome(symbol), row(symbol, { scannedAt: now() }))
    await cache.finish('r', end)
    if (redis !== null) await damage(redis, keys)

    const damaged = await cache.read()
    await cache.read()
    expect(damaged.corrupt).toHaveLength(1)
    expect(log.warnings()).toHaveLength(1)

    expect(await cache.claim({ ...run(['AAA', 'BBB']), runId: 'healing', corrupt: damaged.corrupt })).toBe(
      true,
    )
    expect(await cache.commit('healing', outcome('BBB'), row('BBB', { scannedAt: now() }))).toBe(true)
    expect(await cache.finish('healing', end)).toBe(true)
    const healed = await cache.read()
    expect(healed.corrupt).toEqual([])
    expect(healed).toMatchObject({ state: 'COMPLETED', lastRun: 'done' })
    expect(healed.tickers.map(({ symbol }) => symbol)).toContain('BBB')
  })

  test('answers an unreachable, a stalled and a lost Redis with CacheUnavailable within a second, warning once per outage', async () => {
    await using server = await startRedis()
    const log = recordingLog()
    const clock = fakeClock()
    await using opened = await redisCache.open({ clock, url: server.url, log })
    const { cache } = opened
    const failsQuickly = async () => {
      const began = Date.now()
      await expect(cache.read()).rejects.toBeInstanceOf(CacheUnavailable)
      expect(Date.now() - began).toBeLessThan(1_000)
    }
    await cache.read()

    server.stall()
    await failsQuickly()
    await failsQuickly()
    expect(log.warnings()).toHaveLength(1)
    server.resume()
    await until(async () => (await cache.read()).state === 'IDLE')
    // One that answers now and then is one outage.
    server.stall()
    await failsQuickly()
    server.resume()
    await until(async () => (await cache.read()).state === 'IDLE')
    expect(log.warnings()).toHaveLength(1)
    clock.pass(3_000)
    await cache.read()

    await server.stop()
    await failsQuickly()
    await failsQuickly()
    expect(log.warnings()).toHaveLength(2)
    await server.start()
    await until(async () => (await cache.read()).state === 'IDLE')
    expect(await cache.claim(run())).toBe(true)
  })

  test('answers what it has when Redis is full, refuses what needs room, and lets the run end', async () => {
    await using server = await startRedis()
    const log = recordingLog()
    await using opened = await redisCache.open({ clock: realClock, url: server.url, log })
    const { cache, redis } = opened
    await cache.claim(claim('r', { symbols: ['AAA', 'BBB'] }))
    await cache.commit('r', outcome('AAA'), row('AAA', { scannedAt: now() }))
    await redis?.config('SET', 'maxmemory', '1')
    await expect(cache.commit('r', outcome('BBB'), row('BBB'))).rejects.toBeInstanceOf(CacheFull)
    expect(await cache.read()).toMatchObject({ state: 'RUNNING', tickers: [{ symbol: 'AAA' }] })
    expect(await cache.work()).toMatchObject({ plan: { runId: 'r' }, committed: ['AAA'] })
    expect(await cache.finish('r', { ...end, state: 'FAILED' })).toBe(true)
    expect((await cache.read()).state).toBe('FAILED')
    expect(log.warnings()).toHaveLength(1)
  })

  test('says once that rows vanished without a word, with the next change or by a sweep', async () => {
    await using opened = await redisCache.open({ clock: realClock })
    const { cache, redis, keys, events } = opened
    const resets: boolean[] = []
    await events.subscribe(({ reset }) => resets.push(reset))
    const sweep = () => cache.sweep({ lastRun: '', finishedAt: now() })
    await cache.claim(claim('r', { symbols: ['AAA', 'BBB'] }))
    await cache.commit('r', outcome('AAA'), row('AAA', { scannedAt: now() }))
    await redis?.del(keys.options)
    await cache.commit('r', outcome('BBB'), row('BBB', { scannedAt: now() }))
    await cache.finish('r', end)
    await redis?.del(keys.options)
    await sweep()
    await sweep()
    await until(() => resets.length === 5)
    await pause(20)
    expect(resets).toEqual([false, false, true, false, true])
  })

  test.each([
    ['subscribing', async (opened: OpenCache) => void opened.events.subscribe(() => {}).catch(() => {})],
    [
      'subscribing twice',
      async (opened: OpenCache) => {
        for (let twice = 0; twice < 2; twice += 1) opened.events.subscribe(() => {}).catch(() => {})
      },
    ],
    [
      'unsubscribing',
      async (opened: OpenCache, server: RedisServer) => {
        const leave = await opened.events.subscribe(() => {})
        await server.stop()
        await pause(100)
        await leave()
      },
    ],
  ])('closing a connection in the middle of %s leaves nothing uncaught', async (_case, begin) => {
    const uncaught: unknown[] = []
    const record = (reason: unknown) => uncaught.push(reason)
    process.on('unhandledRejection', record)
    await using server = await startRedis()
    const opened = await redisCache.open({ clock: realClock, url: server.url })
    if (_case !== 'unsubscribing') {
      await server.stop()
      await pause(100)
    }
    await begin(opened, server)
    await opened[Symbol.asyncDispose]()
    await pause(100)
    process.off('unhandledRejection', record)
    expect(uncaught).toEqual([])
  })

  test('starts without Redis, and works as soon as there is one', async () => {
    await using server = await startRedis()
    await server.stop()
    const began = Date.now()
    await using opened = await redisCache.open({ clock: realClock, url: server.url })
    expect(Date.now() - began).toBeLessThan(2_000)
    await expect(opened.cache.read()).rejects.toBeInstanceOf(CacheUnavailable)
    const heard: number[] = []
    const subscribing = opened.events.subscribe(({ seq }) => heard.push(seq))
    await server.start()
    await until(async () => (await opened.cache.read()).state === 'IDLE')
    await subscribing
    await opened.cache.announce(['AAA'])
    await until(() => heard.length === 1)
    await pause(20)
    expect(heard).toEqual([1])
  })
})
