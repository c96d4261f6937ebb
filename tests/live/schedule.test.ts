/** A schedule that several servers keep. */
import { Client } from 'pg'
import { Redis } from 'ioredis'
import { describe, expect, test } from 'vitest'
import { createDatabase } from '../support/databases.ts'
import { launch } from '../support/process.ts'
import { ask, signIn } from '../support/server.ts'
import { until } from '../support/until.ts'

const redisUrl = process.env['TEST_REDIS_URL']
const available = redisUrl !== undefined && process.env['TEST_DATABASE_URL'] !== undefined

describe.skipIf(!available)('two servers with a schedule', () => {
  test('start one scan for each due instant, which nobody asked for, and name the same next one', async () => {
    const prefix = `schedule-${Date.now()}`
    const environment = {
      REDIS_URL: redisUrl ?? '',
      CACHE_KEY_PREFIX: prefix,
      DATABASE_URL: await createDatabase(),
      AUTH_SECRET: 'the same secret on every server of the installation',
      // A Friday, 15:30 New York: the exchange is open, at whatever time this runs.
      CLOCK_AT: '2025-06-06T19:30:00Z',
      SCAN_SCHEDULE: '*/4 * * * * *',
      // The scan is over before a second server gets round to it: only a claim keeps that one from starting another.
      DEMO_LATENCY_MS: '0',
    }
    await using first = await launch(environment)
    await using second = await launch(environment)
    const servers = [first, second]
    const cookie = await signIn(first.url)

    const dueOf = (output: string) =>
      output
        .split('\n')
        .filter((line) => line.includes('A scheduled scan has started.'))
        .map((line) => (JSON.parse(line) as { due: string }).due)
    const began = Date.now()
    const started = () => servers.flatMap((server) => dueOf(server.output()))
    await until(() => started().filter((due) => Date.parse(due) > began).length >= 4, 30_000)
    const dues = started().toSorted()
    expect(new Set(dues).size).toBe(dues.length)
    for (const due of dues) expect(Date.parse(due) % 4_000).toBe(0)

    const next = await Promise.all(
      servers.map(async ({ url }) => {
        const { data } = await ask<{ nextScheduledScan: string }>(url, cookie, '{ nextScheduledScan }')
        return Date.parse(data.nextScheduledScan)
      }),
    )
    // They were asked a moment apart: at most one instant lies between.
    expect(Math.abs((next[0] ?? 0) - (next[1] ?? Infinity))).toBeLessThanOrEqual(4_000)
    expect(next[0]).toBeGreaterThan(Date.now() - 4_000)

    const database = new Client({ connectionString: environment.DATABASE_URL })
    await database.connect()
    const { rows } = await database.query<{ asked: string; count: number }>(
      `SELECT started_by_id AS asked, count(*)::int AS count FROM scan_runs GROUP BY 1`,
    )
    await database.end()
    const now = started().length
    expect(rows).toEqual([{ asked: null, count: expect.any(Number) as number }])
    expect(rows[0]?.count).toBeGreaterThanOrEqual(dues.length)
    expect(rows[0]?.count).toBeLessThanOrEqual(now + 1)

    const redis = new Redis(redisUrl ?? '')
    const claims = await redis.keys(`${prefix}:scanner:schedule:*`)
    redis.disconnect()
    expect(claims.length).toBeGreaterThanOrEqual(dues.length)
  })

  test('without SCAN_SCHEDULE there is none', async () => {
    await using server = await launch()
    const { data } = await ask(server.url, await signIn(server.url), '{ nextScheduledScan }')
    expect(data).toEqual({ nextScheduledScan: null })
  })
})
