/** The contract of `ClaimInstant`, in memory and on a real Redis. */
import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, test } from 'vitest'
import {
  CLAIM_MS,
  createMemoryClaims,
  createRedisClaims,
} from '../../../server/src/events/schedule-claims.ts'
import { CacheUnavailable } from '../../../server/src/scan/errors.ts'
import { fakeClock } from '../../support/fakes.ts'

const url = process.env['TEST_REDIS_URL']
const redis = url === undefined ? null : new Redis(url)
const prefix = `test-${randomUUID()}`
const clock = fakeClock()
const kinds = [
  { name: 'memory', claim: createMemoryClaims(clock) },
  ...(redis === null ? [] : [{ name: 'Redis', claim: createRedisClaims(redis, prefix) }]),
]
afterAll(() => redis?.disconnect())

describe.each(kinds)('claims in $name', ({ claim }) => {
  test('go to one of all who ask, for each instant', async () => {
    for (const due of ['2026-03-05T15:15:00.000Z', '2026-03-05T15:30:00.000Z']) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => claim(due)))
      expect(answers.filter(Boolean)).toHaveLength(1)
      expect(await claim(due)).toBe(false)
    }
  })
})

test('claims in memory are forgotten when nobody can be so late any more', async () => {
  const claim = createMemoryClaims(clock)
  expect(await claim('2026-03-05T15:15:00.000Z')).toBe(true)
  clock.pass(CLAIM_MS - 1)
  expect(await claim('2026-03-05T15:15:00.000Z')).toBe(false)
  clock.pass(1)
  expect(await claim('2026-03-05T15:15:00.000Z')).toBe(true)
})

test.skipIf(redis === null)('claims in Redis go away by themselves after as long', async () => {
  await createRedisClaims(redis as Redis, prefix)('2026-03-05T16:00:00.000Z')
  const left = await redis?.pttl(`${prefix}:scanner:schedule:2026-03-05T16:00:00.000Z`)
  expect(left).toBeGreaterThan(CLAIM_MS - 5_000)
  expect(left).toBeLessThanOrEqual(CLAIM_MS)
})

test.skipIf(redis === null)('claims say when Redis is away', async () => {
  const away = new Redis('redis://127.0.0.1:1', { retryStrategy: () => null, maxRetriesPerRequest: 0 })
  away.on('error', () => {})
  await expect(createRedisClaims(away, prefix)('2026-03-05T16:15:00.000Z')).rejects.toThrow(CacheUnavailable)
})
