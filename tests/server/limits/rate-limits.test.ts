/** How many requests a minute: by credential, by person, by address. */
import { expect, test } from 'vitest'
import { createCounters } from '../../../server/src/limits/counters.ts'
import { networkOf } from '../../../server/src/limits/network.ts'
import { createRateLimits, rateLimitHeaders, type Verdict } from '../../../server/src/limits/rate-limits.ts'
import { silentLog } from '../../support/fakes.ts'

const HOME = '203.0.113.7'

function setUp(perMinute: number) {
  return createRateLimits(createCounters({ redis: null, prefix: 'test', log: silentLog }), { perMinute })
}

const viewer = (id: string, credential: string, kind: 'SESSION' | 'TOKEN' = 'TOKEN') => ({
  id,
  credential: { kind, id: credential, expiresAt: new Date() },
})

test('a credential has its share, and is told what is left of it', async () => {
  const limits = setUp(3)
  const ann = viewer('ann', 'token')
  const verdicts = []
  for (let request = 0; request < 4; request += 1) verdicts.push(await limits.take(ann, HOME))
  expect(verdicts.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
    [true, 2],
    [true, 1],
    [true, 0],
    [false, 0],
  ])
  for (const { limit, resetSeconds } of verdicts) {
    expect(limit).toBe(3)
    expect(resetSeconds).toBeGreaterThan(0)
    expect(resetSeconds).toBeLessThanOrEqual(60)
  }
})

test('many at the same time have a count each, and the counters are asked once', async () => {
  const counters = createCounters({ redis: null, prefix: 'test', log: silentLog })
  const questions: [key: string, amount: number][] = []
  const limits = createRateLimits(
    {
      ...counters,
      add: (key, amount, windowMs) => {
        questions.push([key, amount])
        return counters.add(key, amount, windowMs)
      },
    },
    { perMinute: 50 },
  )
  const ann = viewer('ann', 'token')
  const verdicts = await limits.takeEach(60, ann, HOME)
  expect(verdicts.map(({ remaining }) => remaining)).toEqual(
    Array.from({ length: 60 }, (_, index) => Math.max(0, 49 - index)),
  )
  expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(50)
  const [first] = verdicts
  if (first === undefined) throw new Error('There is no verdict.')
  const request = {}
  limits.judged(request, first)
  expect(await limits.takeOnce(request, ann, HOME)).toBe(first)
  expect(questions.map(([, amount]) => amount)).toEqual([60, 60, 60])
})

test('a token that has spent its share leaves its owner a working page, and other people theirs', async () => {
  const limits = setUp(3)
  for (let request = 0; request < 3; request += 1) await limits.take(viewer('ann', 'token'), HOME)
  expect((await limits.take(viewer('ann', 'token'), HOME)).allowed).toBe(false)
  expect((await limits.take(viewer('ann', 'session', 'SESSION'), HOME)).allowed).toBe(true)
  expect((await limits.take(viewer('bob', 'other'), HOME)).allowed).toBe(true)
})

test('many tokens are no way around it: their person has twice the share', async () => {
  const limits = setUp(3)
  const verdicts = []
  for (let token = 0; token < 8; token += 1)
    verdicts.push(await limits.take(viewer('ann', `token ${token}`), HOME))
  expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(6)
})

test('nor are many accounts: their address has five times the share, signed in or not', async () => {
  const limits = setUp(2)
  expect(await limits.spent({}, HOME)).toBeNull()
  for (let person = 0; person < 5; person += 1)
    await limits.take(viewer(`person ${person}`, `${person}`), HOME)
  for (let request = 0; request < 5; request += 1) await limits.take(null, HOME)
  expect(await limits.spent({}, HOME)).toMatchObject({ allowed: false, limit: 10, remaining: 0 })
  expect((await limits.take(viewer('ann', 'token'), HOME)).allowed).toBe(false)
  expect((await limits.take(viewer('ann', 'token'), '198.51.100.1')).allowed).toBe(true)
  expect(await limits.spent({}, '198.51.100.1')).toBeNull()
})

test('a request that has been judged is not refused for what it took itself', async () => {
  const limits = setUp(2)
  const request = {}
  const verdicts = await limits.takeEach(10, null, HOME)
  limits.judged(request, verdicts[9] as Verdict)
  expect(verdicts[9]).toMatchObject({ allowed: true, remaining: 0 })
  expect(await limits.spent(request, HOME)).toBeNull()
  expect(await limits.spent({}, HOME)).toMatchObject({ allowed: false })
})

test('dear operations take more of it', async () => {
  const limits = setUp(10)
  expect((await limits.take(viewer('ann', 'token'), HOME, 7)).remaining).toBe(3)
  expect((await limits.take(viewer('ann', 'token'), HOME, 4)).allowed).toBe(false)
})

test('0 limits nothing, and says nothing', async () => {
  const limits = setUp(0)
  for (let request = 0; request < 100; request += 1) await limits.take(null, HOME)
  const verdict = await limits.take(viewer('ann', 'token'), HOME)
  expect([verdict.allowed, await limits.spent({}, HOME)]).toEqual([true, null])
  expect(rateLimitHeaders(verdict)).toEqual({})
})

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
  ['2001:DB8::6', '2001:db8:0:0::/64'],
  ['2001:db8:0:0::6', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
