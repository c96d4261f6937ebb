/** The limiter, on every store there is. Real time: Redis has a clock of its own. */
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'
import { createRedisLimitStore } from '../../../server/src/cache/redis-limit-store.ts'
import { connectRedis } from '../../../server/src/cache/redis.ts'
import type { LimitStore } from '../../../server/src/market/limit-store.ts'
import { createLimiter, type Limiter, type LimiterOptions } from '../../../server/src/market/limiter.ts'
import { createMemoryLimitStore } from '../../../server/src/market/memory-limit-store.ts'
import type { ProviderLimits } from '../../../server/src/market/provider.ts'
import { vendorDay } from '../../../server/src/market/vendor-day.ts'
import { MarketDataError } from '../../../server/src/scan/errors.ts'
import { hasRedis } from '../../support/caches.ts'
import { pause } from '../../support/until.ts'

const unlimited: ProviderLimits = { perSecond: null, perMinute: null, perDay: null, concurrent: null }
const realTime = { now: () => Date.now() }
const patient = new AbortController().signal
const nothing = new Headers()

const connections: Redis[] = []
afterAll(() => connections.forEach((redis) => redis.disconnect()))

interface StoreKind {
  name: string
  open: () => Promise<LimitStore>
}
const memory: StoreKind = { name: 'memory', open: async () => createMemoryLimitStore(realTime) }
const shared: StoreKind = { name: 'Redis', open: () => openRedisStore(`test-${randomUUID()}`) }

async function openRedisStore(prefix: string): Promise<LimitStore> {
  const redis = await connectRedis(process.env['TEST_REDIS_URL'] ?? '')
  connections.push(redis)
  return createRedisLimitStore({ redis, newId: randomUUID, prefix, provider: 'vendor' })
}

function limiterOn(
  store: LimitStore,
  limits: Partial<ProviderLimits>,
  options: Partial<LimiterOptions> = {},
): Limiter {
  return createLimiter({
    vendor: 'Vendor',
    limits: () => ({ ...unlimited, ...limits }),
    store,
    clock: realTime,
    ...options,
  })
}

/** Milliseconds until it is admitted. */
async function admitted(limiter: Limiter): Promise<number> {
  const began = performance.now()
  await limiter.admit(patient)
  return performance.now() - began
}

async function refusal(request: Promise<unknown>): Promise<MarketDataError> {
  const error = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof MarketDataError)) throw new Error(`not a MarketDataError: ${String(error)}`)
  return error
}

/** Whether it is still waiting after a while that is long beside a round trip to Redis. */
async function waits(request: Promise<unknown>, ms = 150): Promise<boolean> {
  return await Promise.race([request.then(() => false), pause(ms).then(() => true)])
}

describe.each(hasRedis ? [memory, shared] : [memory])('a limiter that counts in $name', ({ open }) => {
  it('admits everything, at once, where there is no limit', async () => {
    const limiter = limiterOn(await open(), {})
    for (let request = 0; request < 50; request += 1) expect(await admitted(limiter)).toBeLessThan(100)
    expect(await limiter.budgetRemaining()).toBeNull()
    expect(limiter.unavailable()).toBeNull()
  })

  it('lets no second hold more requests than the vendor allows, wherever that second begins', async () => {
    const limiter = limiterOn(await open(), { perSecond: 4 })
    const times: number[] = []
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        await limiter.admit(patient)
        times.push(performance.now())
        limiter.observe(nothing)
      }),
    )
    const gaps = times.slice(4).map((time, index) => time - (times[index] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(999)
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(3_000)
  })

  it('counts a request as seen only when its answer has come: it may still be on its way', async () => {
    const limiter = limiterOn(await open(), { perSecond: 1 })
    await limiter.admit(patient)
    const next = limiter.admit(patient)
    expect(await waits(next, 1_200)).toBe(true)
    limiter.observe(nothing)
    const answeredAt = performance.now()
    await next
    expect(performance.now() - answeredAt).toBeGreaterThan(990)
  })

  it('keeps the vendor’s minute', async () => {
    const limiter = limiterOn(await open(), { perMinute: 2 })
    await limiter.admit(patient)
    await limiter.admit(patient)
    limiter.observe(nothing)
    limiter.observe(nothing)
    const stop = new AbortController()
    const third = limiter.admit(stop.signal)
    expect(await waits(third)).toBe(true)
    stop.abort(new Error('enough'))
    await expect(third).rejects.toThrow('enough')
  })

  it('keeps requests under way below their number, and forgets one that is never answered', async () => {
    const limiter = limiterOn(await open(), { concurrent: 2 }, { attemptMs: 600 })
    await limiter.admit(patient)
    await limiter.admit(patient)
    const third = limiter.admit(patient)
    expect(await waits(third)).toBe(true)
    limiter.observe(nothing)
    expect(await waits(third, 100)).toBe(false)
    expect(await admitted(limiter)).toBeGreaterThan(200)
  })

  it('stops at once when the day’s requests are used up, and says so', async () => {
    const limiter = limiterOn(await open(), { perDay: 2 })
    await limiter.admit(patient)
    limiter.observe(nothing)
    expect(await limiter.budgetRemaining()).toBe(1)
    await limiter.admit(patient)
    limiter.observe(nothing)
    const error = await refusal(limiter.admit(patient))
    expect(error.fault).toBe('BUDGET_SPENT')
    expect(error.message).toBe(
      'Vendor: today’s budget of 2 requests is used up; it is renewed at 00:00 (New York).',
    )
    expect(limiter.unavailable()).toBe(error.message)
    expect(await limiter.budgetRemaining()).toBe(0)
  })

  it('sets aside what requests under way may cost, and gives back what they did not', async () => {
    const limiter = limiterOn(await open(), { perDay: 100 }, { unit: 'credits', reserve: () => 60 })
    await limiter.admit(patient)
    await limiter.admit(patient)
    const third = limiter.admit(patient)
    expect(await waits(third)).toBe(true)
    limiter.observe(new Headers({ 'x-api-ratelimit-consumed': '10' }))
    expect(await waits(third)).toBe(false)
    for (const consumed of ['30', '70'])
      limiter.observe(new Headers({ 'x-api-ratelimit-consumed': consumed }))
    const error = await refusal(limiter.admit(patient))
    expect(error.fault).toBe('BUDGET_SPENT')
    expect(error.message).toContain('today’s budget of 100 credits is used up')
  })

  it('believes the vendor’s balance when it is lower than its own, whatever the order of answers', async () => {
    const limiter = limiterOn(await open(), { perDay: 1000 }, { unit: 'credits', reserve: () => 50 })
    const balance = (left: number, consumed: number) =>
      new Headers({
        'x-api-ratelimit-remaining': String(left),
        'x-api-ratelimit-consumed': String(consumed),
        'x-api-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3_600),
      })
    await limiter.admit(patient)
    await limiter.admit(patient)
    limiter.observe(balance(700, 20))
    limiter.observe(balance(720, 20))
    expect(await limiter.budgetRemaining()).toBe(700)

    await limiter.admit(patient)
    limiter.observe(balance(-5, 705))
    expect(await limiter.budgetRemaining()).toBe(0)
    expect((await refusal(limiter.admit(patient))).fault).toBe('BUDGET_SPENT')
    expect(limiter.unavailable()).toMatch(
      /^Vendor: today’s budget of 1,000 credits is used up; it is renewed at \d\d:\d\d \(New York\)\.$/,
    )
  })

  it('waits when the vendor has nothing left for this minute, but not for the sake of old news', async () => {
    const limiter = limiterOn(await open(), { perMinute: 120 })
    const available = (left: number, inMs: number) =>
      new Headers({ 'x-ratelimit-available': String(left), 'x-ratelimit-expiry': String(Date.now() + inMs) })
    await limiter.admit(patient)
    limiter.observe(available(0, -5))
    expect(await admitted(limiter)).toBeLessThan(100)
    limiter.observe(available(0, 500))
    expect(await limiter.budgetRemaining()).toBeNull()
    await pause(20)
    expect(await admitted(limiter)).toBeGreaterThan(300)
  })

  it('serves in order, and passes on the place of who gives up', async () => {
    const limiter = limiterOn(await open(), { concurrent: 1 })
    await limiter.admit(patient)
    const served: number[] = []
    const givesUp = new AbortController()
    const queue = [0, 1, 2, 3].map(async (place) => {
      await limiter.admit(place === 1 ? givesUp.signal : patient)
      served.push(place)
      limiter.observe(nothing)
    })
    const reason = new Error('no longer wanted')
    givesUp.abort(reason)
    await expect(queue[1]).rejects.toBe(reason)
    limiter.observe(nothing)
    await Promise.all([queue[0], queue[2], queue[3]])
    expect(served).toEqual([0, 2, 3])
  })

  it('admits nobody who has given up before', async () => {
    const limiter = limiterOn(await open(), { perDay: 1 })
    const reason = new Error('too late')
    await expect(limiter.admit(AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(await limiter.budgetRemaining()).toBe(1)
  })
})

describe('a limiter through the days', () => {
  const at = (instant: string) => Date.parse(instant)

  it.each([
    ['2025-06-06T13:29:59Z', '09:30', '2025-06-05', '2025-06-06T13:30:00.000Z'],
    ['2025-06-06T13:30:00Z', '09:30', '2025-06-06', '2025-06-07T13:30:00.000Z'],
    ['2025-06-06T03:59:00Z', '00:00', '2025-06-05', '2025-06-06T04:00:00.000Z'],
    // The day on which the clocks go back has 25 hours.
    ['2025-11-01T14:00:00Z', '09:30', '2025-11-01', '2025-11-02T14:30:00.000Z'],
  ])('at %s, with days from %s, it is %s until %s', (now, startsAt, name, endsAt) => {
    const day = vendorDay(at(now), startsAt)
    expect([day.name, new Date(day.endsAt).toISOString()]).toEqual([name, endsAt])
  })

  it('has a new budget when the vendor’s day begins', async () => {
    let now = at('2025-06-06T13:00:00Z')
    const clock = { now: () => now }
    const limiter = limiterOn(
      createMemoryLimitStore(clock),
      { perDay: 1 },
      { clock, dayStartsAt: '09:30', unit: 'credits' },
    )
    await limiter.admit(patient)
    limiter.observe(nothing)
    const error = await refusal(limiter.admit(patient))
    expect(error.message).toBe(
      'Vendor: today’s budget of 1 credits is used up; it is renewed at 09:30 (New York).',
    )
    now = at('2025-06-06T13:30:00Z')
    expect(limiter.unavailable()).toBeNull()
    await limiter.admit(patient)
  })

  it('charges the new day for what was sent before it began and answered after', async () => {
    let now = at('2025-06-06T13:29:59Z')
    const clock = { now: () => now }
    const limiter = limiterOn(createMemoryLimitStore(clock), { perDay: 2 }, { clock, dayStartsAt: '09:30' })
    await limiter.admit(patient)
    now += 1_000
    limiter.observe(nothing)
    expect(await limiter.budgetRemaining()).toBe(1)
  })
})

describe('a limiter without its store', () => {
  const away: LimitStore = {
    take: () => Promise.reject(new Error('gone')),
    settle: () => Promise.reject(new Error('gone')),
    look: () => Promise.reject(new Error('gone')),
  }

  it('asks nobody, and says why', async () => {
    const limiter = limiterOn(away, { perDay: 5 }, { storePatienceMs: 300 })
    const error = await refusal(limiter.admit(patient))
    expect(error.fault).toBe('UNAVAILABLE')
    expect(error.message).toBe(
      'Vendor is not asked: the request counts that all servers share cannot be reached right now.',
    )
    limiter.observe(nothing)
    expect(await limiter.budgetRemaining()).toBeNull()
  })

  it('does not mind a short absence', async () => {
    const store = createMemoryLimitStore(realTime)
    let failures = 2
    const limiter = limiterOn(
      { ...store, take: (request) => (failures-- > 0 ? away.take(request) : store.take(request)) },
      { perDay: 5 },
    )
    expect(await admitted(limiter)).toBeGreaterThan(400)
  })
})

describe.skipIf(!hasRedis)('limiters of several servers', () => {
  it('share one count, under keys that run out', async () => {
    const prefix = `test-${randomUUID()}`
    const limits = { perSecond: 3, perDay: 5 }
    const [one, two] = [
      limiterOn(await openRedisStore(prefix), limits),
      limiterOn(await openRedisStore(prefix), limits),
    ]
    const times: number[] = []
    const ask = async (limiter: Limiter) => {
      await limiter.admit(patient)
      times.push(performance.now())
      limiter.observe(nothing)
    }
    await Promise.all([one, two, one, two, one].map(ask))
    const gaps = times.slice(3).map((time, index) => time - (times[index] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(995)
    expect((await refusal(one.admit(patient))).fault).toBe('BUDGET_SPENT')
    expect((await refusal(two.admit(patient))).fault).toBe('BUDGET_SPENT')

    const redis = new Redis(process.env['TEST_REDIS_URL'] ?? '')
    connections.push(redis)
    const keys = (await redis.keys(`${prefix}:*`)).toSorted()
    expect(keys).toEqual([
      `${prefix}:limits:vendor:day:${vendorDay(Date.now(), '00:00').name}`,
      `${prefix}:limits:vendor:requests`,
    ])
    for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0)
  })
})
