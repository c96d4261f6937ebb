/** Attempts at the same moment: the counts that servers share decide which of them is looked at. */
import type { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createThrottle, type Throttle } from '../../../server/src/auth/throttle.ts'
import { connectRedis } from '../../../server/src/cache/redis.ts'
import { createCounters, type Counters } from '../../../server/src/limits/counters.ts'
import { silentLog } from '../../support/fakes.ts'
import { programs } from '../../support/programs.ts'
import { startRedis, type RedisServer } from '../../support/redis-server.ts'
import { pause } from '../../support/until.ts'

const countersOn = (redis: Redis | null) => createCounters({ redis, prefix: 'test', log: silentLog })

describe('on one server', () => {
  promises(() => [createThrottle(countersOn(null))])
})

describe('when the answer to the last comes first', () => {
  promises(() => {
    const counters = countersOn(null)
    let asked = 0
    const add: Counters['add'] = async (...count) => {
      const counted = await counters.add(...count)
      await pause(Math.max(0, 200 - asked++))
      return counted
    }
    return [createThrottle({ ...counters, add })]
  })
})

describe.skipIf(programs.redis === null)('on two servers that share Redis', () => {
  let server: RedisServer
  let connections: Redis[]
  beforeAll(async () => {
    server = await startRedis()
    connections = [await connectRedis(server.url), await connectRedis(server.url)]
  })
  beforeEach(async () => void (await connections[0]?.flushall()))
  afterAll(async () => {
    for (const redis of connections) redis.disconnect()
    await server[Symbol.asyncDispose]()
  })
  promises(() => connections.map((redis) => createThrottle(countersOn(redis))))
})

function promises(create: () => Throttle[]): void {
  let servers: Throttle[]
  beforeEach(() => {
    servers = create()
  })
  const begin = async (address: string, n = 0) =>
    servers[n % servers.length]?.begin('ann@example.com', address)
  const atOnce = (addressOf: (n: number) => string) =>
    Promise.all(Array.from({ length: 100 }, (_, n) => begin(addressOf(n), n)))

  test.each([
    { from: 'one address', most: 4, addressOf: () => '192.0.2.1' },
    { from: 'a hundred addresses', most: 10, addressOf: (n: number) => `192.0.2.${n}` },
  ])('of a hundred at once, from $from, $most are looked at', async ({ most, addressOf }) => {
    const waits = await atOnce(addressOf)
    expect(waits.filter((seconds) => seconds === 0)).toHaveLength(most)
  })

  test('those who came too late make the next wait no longer', async () => {
    await atOnce(() => '192.0.2.1')
    await pause(1_100)
    expect(await begin('192.0.2.1')).toBe(0)
    expect(await begin('192.0.2.1')).toBe(2)
  })
}
