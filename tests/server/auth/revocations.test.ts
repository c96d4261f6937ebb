import { randomUUID } from 'node:crypto'
import { RedisPubSub } from 'graphql-redis-subscriptions'
import type { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openRevocations, type RevocationBook } from '../../../server/src/auth/revocations.ts'
import { createRedisRevocations } from '../../../server/src/cache/redis-revocations.ts'
import { connectRedis, connectSubscriber } from '../../../server/src/cache/redis.ts'
import { fakeClock, realClock, recordingLog, silentLog } from '../../support/fakes.ts'
import { programs } from '../../support/programs.ts'
import { startRedis, type RedisServer } from '../../support/redis-server.ts'
import { pause, until } from '../../support/until.ts'

const MINUTE = 60_000

describe('in one process', () => {
  it('tells whoever listens, until they stop listening', async () => {
    const book = await openRevocations({ shared: null, clock: fakeClock(), log: silentLog })
    const heard: string[][] = []
    const stop = book.onRevoked((ids) => heard.push(ids))
    await book.revoke(['session', 'ada'])
    await book.end('fingerprint', fakeClock().now() + MINUTE)
    expect(heard).toEqual([['session', 'ada'], ['fingerprint']])
    stop()
    await book.revoke(['another'])
    expect(heard).toHaveLength(2)
  })

  it('knows what was revoked for 5 minutes, and what was ended until its time', async () => {
    const clock = fakeClock()
    const book = await openRevocations({ shared: null, clock, log: silentLog })
    await book.revoke(['token'])
    await book.end('fingerprint', clock.now() + 60 * MINUTE)
    expect(await book.mayBeRevoked(['other', 'token'])).toBe(true)
    expect(await book.mayBeRevoked(['other'])).toBe(false)
    // Revoked is not ended: the database still has a say.
    expect(await book.isEnded('token')).toBe(false)
    clock.pass(5 * MINUTE)
    expect(await book.mayBeRevoked(['token'])).toBe(false)
    expect(await book.isEnded('fingerprint')).toBe(true)
    expect(await book.mayBeRevoked(['fingerprint'])).toBe(true)
    clock.pass(55 * MINUTE)
    expect(await book.isEnded('fingerprint')).toBe(false)
  })
})

describe.skipIf(programs.redis === null)('of several servers on one Redis', () => {
  let server: RedisServer
  const open: { book: RevocationBook; redis: Redis; subscriber: Redis }[] = []
  let prefix = ''

  beforeAll(async () => {
    server = await startRedis()
  })
  afterEach(async () => {
    for (const { book, redis, subscriber } of open.splice(0)) {
      await book.close()
      subscriber.disconnect()
      redis.disconnect()
    }
    prefix = ''
  })
  afterAll(() => server[Symbol.asyncDispose]())

  /** @param deaf hears no message, as if all were lost */
  async function join({ deaf = false, log = silentLog } = {}) {
    prefix ||= `test:${randomUUID()}`
    const redis = await connectRedis(server.url)
    const subscriber = connectSubscriber(server.url)
    const engine = new RedisPubSub({ publisher: redis, subscriber })
    const shared = createRedisRevocations({ redis, engine, prefix, newId: randomUUID })
    const book = await openRevocations({
      shared: deaf ? { ...shared, subscribe: async () => async () => {} } : shared,
      clock: realClock,
      log,
    })
    const heard: string[][] = []
    book.onRevoked((ids) => heard.push(ids))
    open.push({ book, redis, subscriber })
    return { book, heard, redis }
  }

  it('each hears of a revocation by any of them, once', async () => {
    const [a, b] = [await join(), await join()]
    await a.book.revoke(['session', 'ada'])
    await until(() => b.heard.length > 0)
    await b.book.end('fingerprint', Date.now() + MINUTE)
    await until(() => a.heard.length > 1)
    await pause(50)
    expect(a.heard).toEqual([['session', 'ada'], ['fingerprint']])
    expect(b.heard).toEqual(a.heard)
  })

  it('one that missed the message finds the tombstone, for as long as it counts', async () => {
    const [a, deaf] = [await join(), await join({ deaf: true })]
    await a.book.revoke(['session'])
    await a.book.end('fingerprint', Date.now() + 60 * MINUTE)
    expect(deaf.heard).toEqual([])
    expect(await deaf.book.mayBeRevoked(['other', 'session'])).toBe(true)
    expect(await deaf.book.mayBeRevoked(['fingerprint'])).toBe(true)
    expect(await deaf.book.mayBeRevoked(['other'])).toBe(false)
    expect([await deaf.book.isEnded('fingerprint'), await deaf.book.isEnded('session')]).toEqual([
      true,
      false,
    ])
    const lifetimes = [
      await a.redis.pttl(`${prefix}:auth:revoked:session`),
      await a.redis.pttl(`${prefix}:auth:ended:fingerprint`),
    ]
    expect(lifetimes[0]).toBeGreaterThan(4.9 * MINUTE)
    expect(lifetimes[0]).toBeLessThanOrEqual(5 * MINUTE)
    expect(lifetimes[1]).toBeGreaterThan(59 * MINUTE)
  })

  it('what was ended is still known where it was heard, when Redis has lost everything', async () => {
    const [a, b] = [await join(), await join()]
    await a.book.end('fingerprint', Date.now() + MINUTE)
    await until(() => b.heard.length > 0)
    await a.redis.flushall()
    expect([await a.book.isEnded('fingerprint'), await b.book.isEnded('fingerprint')]).toEqual([true, true])
  })

  it('does not mind a message that is none', async () => {
    const [a, b] = [await join(), await join()]
    for (const nonsense of ['null', '{', '{"ids":[7],"endedUntil":null,"from":"x"}'])
      await a.redis.publish(`${prefix}:auth:revoked`, nonsense)
    await a.book.revoke(['session'])
    await until(() => b.heard.length > 0)
    expect(b.heard).toEqual([['session']])
  })

  it('leaves no channel behind', async () => {
    const { redis } = await join()
    const subscribers = async () => (await redis.pubsub('NUMSUB', `${prefix}:auth:revoked`))[1]
    expect(await subscribers()).toBe(1)
    await open[0]?.book.close()
    await until(async () => (await subscribers()) === 0)
  })

  it('without Redis a revocation counts here at once and fails nobody; others cannot know, and say so', async () => {
    const log = recordingLog()
    const [a, b] = [await join({ log }), await join()]
    await server.stop()
    const began = Date.now()
    await a.book.revoke(['session'])
    await a.book.end('fingerprint', Date.now() + MINUTE)
    expect(Date.now() - began).toBeLessThan(3_000)
    expect(a.heard).toEqual([['session'], ['fingerprint']])
    expect(await a.book.isEnded('fingerprint')).toBe(true)
    expect(log.warnings()[0]).toMatch(/^Other servers could not be told/)
    // Rather nobody than somebody who was shut out.
    expect(await b.book.mayBeRevoked(['anything'])).toBe(true)
    // The database, which is there, has the last word.
    expect(await b.book.isEnded('fingerprint')).toBe(false)
    await server.start()
    await until(async () => !(await b.book.mayBeRevoked(['anything'])))
    await until(async () => {
      await a.book.revoke(['later'])
      return b.heard.some(([id]) => id === 'later')
    })
  })
})
