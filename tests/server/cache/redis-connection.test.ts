/** The connections to Redis, on a real one: slow, stalled, silent, restarted, failed over. */
import { randomUUID } from 'node:crypto'
import { RedisPubSub } from 'graphql-redis-subscriptions'
import type { Redis } from 'ioredis'
import { describe, expect, test, vi } from 'vitest'
import { describeRedis, redisAddress } from '../../../server/src/cache/redis-address.ts'
import {
  connectBlocking,
  connectRedis,
  connectSubscriber,
  onReturn,
} from '../../../server/src/cache/redis.ts'
import { readEnv } from '../../../server/src/env.ts'
import { hasRedis } from '../../support/caches.ts'
import { startRedisProxy } from '../../support/redis-proxy.ts'
import { startRedis } from '../../support/redis-server.ts'
import { startSentinelGroup } from '../../support/sentinel.ts'
import { pause, until } from '../../support/until.ts'

/** What the test wants closed at its end. */
function closing(...connections: Redis[]): Disposable {
  return {
    [Symbol.dispose]() {
      for (const redis of connections) redis.disconnect()
    },
  }
}

/** @returns how long the command took until it was answered or refused, in milliseconds */
async function timed(command: Promise<unknown>): Promise<number> {
  const began = performance.now()
  await command.catch(() => {})
  return performance.now() - began
}

/** Listens on a channel, and counts the messages and the returns of the connection. */
async function listen(subscriber: Redis, channel = 'channel') {
  const heard: string[] = []
  const returns: number[] = []
  const engine = new RedisPubSub({ publisher: subscriber, subscriber })
  await engine.subscribe(channel, (message: string) => heard.push(message))
  onReturn([subscriber], () => returns.push(Date.now()))
  return { heard, returns }
}

describe('where Redis is', () => {
  test.each([
    [{}, null, null],
    [
      { REDIS_URL: 'redis://me:secret@cache:6380/2' },
      'redis://me:secret@cache:6380/2',
      'Redis at cache:6380',
    ],
    [
      {
        REDIS_SENTINELS: 'one:1, two ,[::1]:3',
        REDIS_URL: 'redis://me:secret@anywhere/2',
        REDIS_MASTER: 'them',
      },
      {
        sentinels: [
          { host: 'one', port: 1 },
          { host: 'two', port: 26_379 },
          { host: '::1', port: 3 },
        ],
        master: 'them',
        url: 'redis://me:secret@anywhere/2',
      },
      'Redis, master them of the sentinels at one:1, two:26379, [::1]:3',
    ],
    [
      { REDIS_SENTINELS: 'one:1' },
      { sentinels: [{ host: 'one', port: 1 }], master: 'mymaster', url: null },
      'Redis, master mymaster of the sentinels at one:1',
    ],
  ])('%j', (settings, address, description) => {
    const found = redisAddress(readEnv(settings))
    expect(found).toEqual(address)
    expect(found === null ? null : describeRedis(found)).toBe(description)
  })
})

describe.skipIf(!hasRedis)('a connection for commands', () => {
  test('answers when Redis takes half a second', async () => {
    await using proxy = await startRedisProxy(Number(new URL(process.env['TEST_REDIS_URL'] ?? '').port))
    proxy.delay(500)
    const redis = await connectRedis(proxy.url)
    using _ = closing(redis)
    await until(() => redis.status === 'ready', 3_000)
    const key = `test-${randomUUID()}`
    await redis.set(key, 'x', 'PX', 10_000)
    const began = performance.now()
    expect(await redis.get(key)).toBe('x')
    expect(performance.now() - began).toBeGreaterThan(490)
  })

  test.each(['stalled', 'silent', 'gone'])(
    'answers or fails within a second when Redis is %s, at once and later, and works when it is back',
    async (trouble) => {
      await using server = await startRedis()
      await using proxy = await startRedisProxy(server.port)
      const redis = await connectRedis(proxy.url, 400)
      using _ = closing(redis)
      await redis.set('key', 'x')
      if (trouble === 'stalled') server.stall()
      else if (trouble === 'silent') proxy.swallow('all')
      else await server.stop()
      for (let attempt = 0; attempt < 4; attempt += 1) {
        expect(await timed(redis.get('key'))).toBeLessThan(1_000)
        await expect(redis.get('key')).rejects.toThrow(/timed out|isn't writeable|max retries/)
        await pause(100)
      }
      if (trouble === 'stalled') server.resume()
      else if (trouble === 'silent') proxy.restore()
      else await server.start()
      await until(async () => (await redis.set('key', 'y')) === 'OK', 3_000)
    },
  )

  test('is not blamed when this process was too busy to read the answer', async () => {
    const redis = await connectRedis(process.env['TEST_REDIS_URL'] ?? '')
    using _ = closing(redis)
    const busyUntil = Date.now() + 900
    const answers = [redis.ping(), redis.multi().ping().exec()]
    while (Date.now() < busyUntil) continue
    expect(await Promise.all(answers)).toEqual(['PONG', [[null, 'PONG']]])
  })

  test('is replaced when it dies silently, while new ones work', async () => {
    await using server = await startRedis()
    await using proxy = await startRedisProxy(server.port)
    const redis = await connectRedis(proxy.url, 300)
    using _ = closing(redis)
    await redis.set('key', 'x')
    expect(proxy.swallow('existing')).toBe(1)
    await until(async () => (await redis.get('key')) === 'x', 3_000)
  })

  test('finds its data again after a restart with appendonly', async () => {
    await using server = await startRedis({ appendonly: true })
    const redis = await connectRedis(server.url)
    using _ = closing(redis)
    await redis.set('key', 'kept')
    await server.stop()
    await expect(redis.get('key')).rejects.toThrow(/isn't writeable|max retries/)
    await server.start()
    await until(async () => (await redis.get('key')) === 'kept', 3_000)
  })
})

describe.skipIf(!hasRedis)('a connection for subscriptions', () => {
  test.each(['subscribed', 'still connecting'])(
    'is replaced within a few seconds when it dies silently, %s, and says so once it hears again',
    async (moment) => {
      await using server = await startRedis()
      await using proxy = await startRedisProxy(server.port)
      const subscriber = connectSubscriber(proxy.url, 300)
      const publisher = await connectRedis(server.url)
      using _ = closing(subscriber, publisher)
      const { heard, returns } = await listen(subscriber)
      await publisher.publish('channel', '1')
      await until(() => heard.length === 1)
      expect(returns).toEqual([])

      proxy.swallow(moment === 'subscribed' ? 'subscribers' : 'all')
      await publisher.publish('channel', '2')
      if (moment !== 'subscribed') {
        // Long enough for a connection that is accepted and never answered.
        await pause(1_000)
        proxy.restore()
      }
      await until(() => returns.length === 1, 5_000)
      await publisher.publish('channel', '3')
      await until(() => heard.length === 2, 1_000)
      expect(heard).toEqual([1, 3])
    },
  )

  test('stays as it is for as long as it answers, with and without a subscription, however slowly', async () => {
    await using server = await startRedis()
    await using proxy = await startRedisProxy(server.port)
    proxy.delay(300)
    const subscriber = connectSubscriber(proxy.url, 400)
    using _ = closing(subscriber)
    let connects = 0
    subscriber.on('connect', () => (connects += 1))
    await until(() => subscriber.status === 'ready')
    await pause(1_000)
    const { returns } = await listen(subscriber)
    await pause(1_500)
    expect(connects).toBe(1)
    expect(returns).toEqual([])
  })

  test('that is closed leaves no timer, in whatever state', async () => {
    await using server = await startRedis()
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const connect = () => [connectSubscriber(server.url), connectBlocking(server.url)]
      const [up, away] = [connect(), connect()]
      await until(() => vi.getTimerCount() === 4)
      for (const redis of [...connect(), ...up]) redis.disconnect()
      await until(() => vi.getTimerCount() === 2)
      await server.stop()
      await until(() => away.every(({ status }) => status === 'reconnecting'))
      for (const redis of away) redis.disconnect()
      await pause(200)
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe.skipIf(!hasRedis)('a connection for workers', () => {
  test('keeps a command until Redis is back, even when the connection died silently', async () => {
    await using server = await startRedis()
    await using proxy = await startRedisProxy(server.port)
    const redis = connectBlocking(proxy.url, 300)
    using _ = closing(redis)
    expect(redis.options.maxRetriesPerRequest).toBeNull()
    await redis.set('key', 'x')
    proxy.swallow('existing')
    expect(await redis.get('key')).toBe('x')
    await server.stop()
    const answer = redis.set('key', 'y')
    await pause(300)
    await server.start()
    expect(await answer).toBe('OK')
  })
})

describe.skipIf(!hasRedis)('behind sentinels', () => {
  test.each(['killed', 'frozen'])(
    'a %s master is replaced by the one that the sentinels name, for commands, workers and subscribers',
    { timeout: 60_000 },
    async (fate) => {
      await using group = await startSentinelGroup()
      // The first in the list is asked first, and does not answer.
      if (fate === 'killed') await group.sentinels[0]?.stop()
      else group.sentinels[0]?.stall()
      const address = redisAddress(readEnv({ REDIS_SENTINELS: group.list })) ?? ''
      const redis = await connectRedis(address, 1_000)
      const subscriber = connectSubscriber(address, 1_000)
      const blocking = connectBlocking(address, 1_000)
      using _ = closing(redis, subscriber, blocking)
      await until(async () => (await redis.set('key', 'x')) === 'OK', 3_000)
      const { heard, returns } = await listen(subscriber)
      await redis.publish('channel', '1')
      await until(() => heard.length === 1)
      expect(await redis.wait(1, 500)).toBe(1)

      const failedAt = Date.now()
      if (fate === 'killed') await group.master.stop()
      else group.master.stall()
      let slowest = 0
      await until(async () => {
        slowest = Math.max(slowest, await timed(redis.get('key')))
        return (await redis.set('other', 'y')) === 'OK'
      }, 15_000)
      const takenOverMs = Date.now() - failedAt
      expect(slowest).toBeLessThan(1_000)
      expect(await group.masterPort()).toBe(group.replica.port)
      expect(await redis.get('key')).toBe('x')
      expect(await blocking.get('key')).toBe('x')
      await until(() => returns.length > 0, 5_000)
      await redis.publish('channel', '2')
      await until(() => heard.length === 2, 1_000)
      console.log(
        `${fate} master: writes again after ${takenOverMs} ms, slowest answer ${slowest.toFixed(0)} ms`,
      )
    },
  )

  test('a connection that finds itself with a replica leaves it', async () => {
    await using master = await startRedis()
    await using former = await startRedis()
    const redis = await connectRedis(former.url)
    using _ = closing(redis)
    let closes = 0
    redis.on('close', () => (closes += 1))
    redis.defineCommand('put', { numberOfKeys: 1, lua: "return redis.call('SET', KEYS[1], 'x')" })
    const put = () => (redis as unknown as { put(key: string): Promise<string> }).put('key')
    expect(await put()).toBe('OK')
    await redis.replicaof('127.0.0.1', master.port)
    await expect(put()).rejects.toThrow('READONLY')
    await until(() => closes === 1)
  })
})
