/** What a process says of itself, and how often it asks its neighbours. */
import { describe, expect, test } from 'vitest'
import { createHealth, type Check } from '../../../server/src/ops/health.ts'

function neighbour(toleratedMs = 0) {
  const asked = { times: 0 }
  let answer: () => Promise<unknown> = async () => {}
  const check: Check = {
    toleratedMs,
    ask: () => {
      asked.times += 1
      return answer()
    },
  }
  return {
    check,
    asked,
    recovers: () => void (answer = async () => {}),
    fails: () =>
      void (answer = async () => Promise.reject(new Error('connect ECONNREFUSED db.internal:5432'))),
    hangs: () => void (answer = () => new Promise(() => {})),
  }
}

function setUp(toleratedMs: { database?: number; redis?: number } = {}) {
  const database = neighbour(toleratedMs.database ?? 300_000)
  const redis = neighbour(toleratedMs.redis ?? Infinity)
  const clock = { now: 0 }
  const health = createHealth(
    { database: database.check, redis: redis.check },
    { timeoutMs: 20, freshMs: 1_000, now: () => clock.now },
  )
  const later = async (ms: number) => {
    clock.now += ms
    return health.report()
  }
  return { database, redis, health, later }
}

describe('the verdict', () => {
  test('is ok when everybody answers, and each check says how long it took', async () => {
    const { health } = setUp()
    expect(await health.report()).toEqual({
      status: 'ok',
      checks: { database: { status: 'ok', latencyMs: 0 }, redis: { status: 'ok', latencyMs: 0 } },
    })
  })

  test('is degraded for as long as one can do without a neighbour, then failed, then ok again', async () => {
    const { database, later } = setUp({ database: 5_000 })
    expect((await later(0)).status).toBe('ok')
    database.fails()
    expect((await later(4_000)).status).toBe('degraded')
    expect((await later(2_000)).status).toBe('failed')
    database.recovers()
    expect((await later(2_000)).status).toBe('ok')
    database.fails()
    expect((await later(2_000)).status).toBe('degraded')
  })

  test('stays degraded however long a neighbour that nobody needs is away', async () => {
    const { redis, later } = setUp()
    redis.fails()
    expect((await later(86_400_000)).status).toBe('degraded')
  })

  test('is stopping from the moment the process is told to stop, even when all is well', async () => {
    const { health } = setUp()
    health.stop()
    expect((await health.report()).status).toBe('stopping')
  })

  test('tells nothing of what the neighbour said', async () => {
    const { database, health } = setUp()
    database.fails()
    expect(JSON.stringify(await health.report())).not.toMatch(/db\.internal|ECONN/)
  })
})

describe('asking', () => {
  test('happens once a second, however many want to know', async () => {
    const { database, health, later } = setUp()
    await Promise.all(Array.from({ length: 50 }, () => health.report()))
    await later(999)
    expect(database.asked.times).toBe(1)
    await later(1)
    expect(database.asked.times).toBe(2)
  })

  test('gives up on a neighbour that hangs, and does not ask it again while it does', async () => {
    const { database, health, later } = setUp()
    database.hangs()
    expect((await health.report()).checks['database']?.status).toBe('failed')
    expect((await later(1_000)).checks['database']?.status).toBe('failed')
    expect((await later(1_000)).checks['redis']?.status).toBe('ok')
    expect(database.asked.times).toBe(1)
  })

  test('survives a check that throws at once', async () => {
    const health = createHealth({
      redis: {
        toleratedMs: 0,
        ask: () => {
          throw new Error('closed')
        },
      },
    })
    expect((await health.report()).checks['redis']?.status).toBe('failed')
  })
})
