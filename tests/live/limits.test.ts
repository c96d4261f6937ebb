/** A vendor with strict limits never sees more than it allows: from one process, and from three that share Redis. */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { createDatabase } from '../support/databases.ts'
import type { ClientReport, ClientTask } from '../support/limited-client.ts'
import { launch } from '../support/process.ts'
import { ask, signIn } from '../support/server.ts'
import { startStrictVendor, type StrictRules, type StrictVendor } from '../support/strict-vendor.ts'
import { until } from '../support/until.ts'

const redisUrl = process.env['TEST_REDIS_URL'] ?? null
const databaseAvailable = process.env['TEST_DATABASE_URL'] !== undefined
const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

let vendor: StrictVendor
afterEach(() => vendor.close())
const open = async (rules: StrictRules) => (vendor = await startStrictVendor(rules))

/** Runs so many processes together, to their end. */
async function clients(
  processes: number,
  task: Omit<ClientTask, 'vendorUrl' | 'prefix' | 'startAt'>,
): Promise<ClientReport[]> {
  const common = { vendorUrl: vendor.baseUrl, prefix: `test-${randomUUID()}`, startAt: Date.now() + 2_500 }
  const argument = JSON.stringify({ ...task, ...common } satisfies ClientTask)
  const script = 'tests/support/limited-client.ts'
  const ends = Array.from({ length: processes }, () =>
    run(process.execPath, ['--import', 'tsx/esm', script, argument], { cwd: root }),
  )
  return (await Promise.all(ends)).map(({ stdout }) => JSON.parse(stdout) as ClientReport)
}
const total = (reports: ClientReport[], end: string) =>
  reports.reduce((sum, report) => sum + (report[end] ?? 0), 0)

describe('by the second', () => {
  test('one process keeps the limit', async () => {
    await open({ perSecond: 8, concurrent: 5 })
    const [report] = await clients(1, {
      redisUrl: null,
      limits: { perSecond: 8, concurrent: 5 },
      requests: 30,
    })
    expect(vendor.violations).toEqual([])
    expect(report).toEqual({ answered: 30 })
  })

  test.skipIf(redisUrl === null)('three processes that share Redis keep it together', async () => {
    await open({ perSecond: 8, concurrent: 5 })
    const limits = { perSecond: 8, concurrent: 5 }
    const reports = await clients(3, { redisUrl, limits, requests: 14 })
    expect(vendor.violations).toEqual([])
    expect(reports).toEqual([{ answered: 14 }, { answered: 14 }, { answered: 14 }])
  })

  test('three that do not share are caught: the vendor is as strict as it says', async () => {
    await open({ perSecond: 8 })
    await clients(3, { redisUrl: null, limits: { perSecond: 8 }, requests: 8 })
    expect(vendor.violations).not.toEqual([])
  })
})

describe('by the day', () => {
  test('one process asks as often as is allowed, and not once more', async () => {
    await open({ creditsPerDay: 40 })
    const [report] = await clients(1, { redisUrl: null, limits: { perDay: 40 }, requests: 60 })
    expect(vendor.violations).toEqual([])
    expect(vendor.seen).toHaveLength(40)
    expect(report).toEqual({ answered: 40, BUDGET_SPENT: 20 })
  })

  test.skipIf(redisUrl === null)('three processes that share Redis do so together', async () => {
    await open({ creditsPerDay: 40 })
    const reports = await clients(3, { redisUrl, limits: { perDay: 40 }, requests: 30 })
    expect(vendor.violations).toEqual([])
    expect(vendor.seen).toHaveLength(40)
    expect([total(reports, 'answered'), total(reports, 'BUDGET_SPENT')]).toEqual([40, 50])
  })

  test.skipIf(redisUrl === null)(
    'three processes stop where answers cost unforeseeable credits',
    async () => {
      await open({ creditsPerDay: 200, creditsPerRequest: 23 })
      const reports = await clients(3, { redisUrl, limits: { perDay: 200 }, reserve: 40, requests: 10 })
      expect(vendor.violations).toEqual([])
      // The ninth is the one that the vendor still answers.
      expect(vendor.seen).toHaveLength(9)
      expect([total(reports, 'answered'), total(reports, 'BUDGET_SPENT')]).toEqual([9, 21])
    },
  )

  test.skipIf(redisUrl === null)(
    'three processes believe the vendor when others use its credits',
    async () => {
      // The budget that they were told is wrong; what the first answers say is right.
      await open({ creditsPerDay: 30 })
      const limits = { perDay: 1_000, concurrent: 3 }
      const reports = await clients(3, { redisUrl, limits, reserve: 2, requests: 20 })
      expect(vendor.violations).toEqual([])
      expect(vendor.seen).toHaveLength(30)
      expect([total(reports, 'answered'), total(reports, 'BUDGET_SPENT')]).toEqual([30, 30])
    },
  )
})

describe.skipIf(redisUrl === null || !databaseAvailable)('three servers of one installation', () => {
  test('scan until the day’s budget is gone, say so, keep what they have, and ask no more', async () => {
    await open({ creditsPerDay: 100, creditsPerRequest: 12 })
    const environment = {
      REDIS_URL: redisUrl ?? '',
      CACHE_KEY_PREFIX: `test-${randomUUID()}`,
      DATABASE_URL: await createDatabase(),
      AUTH_SECRET: 'the same secret on every server of the installation',
      MARKET_DATA: 'marketdata',
      MARKETDATA_TOKEN: 'the-secret-token',
      MARKETDATA_BASE_URL: vendor.baseUrl,
      MARKETDATA_DAILY_CREDITS: '60',
      CLOCK_AT: '2025-06-06T19:30:00Z',
      SCAN_MIN_ANNUALIZED_RETURN: '0',
    }
    const servers = await Promise.all([launch(environment), launch(environment), launch(environment)])
    try {
      const cookie = await signIn(servers[0]?.url ?? '')
      const asked = (index: number, query: string) =>
        ask<Record<string, Record<string, unknown>>>(servers[index]?.url ?? '', cookie, query)

      const before = await asked(1, ESTIMATE)
      expect(before.data['scanEstimate']).toMatchObject({
        provider: 'marketdata',
        requests: 26,
        budgetRemaining: 60,
        sufficient: false,
      })
      expect((await asked(0, START)).data['startScan']).toMatchObject({ __typename: 'ScanStarted' })
      await until(async () => (await asked(1, RESULTS)).data['scanResults']?.['scanInProgress'] === false)

      const sentence =
        'marketdata.app: today’s budget of 60 credits is used up; it is renewed at 09:30 (New York).'
      const results = (await asked(2, RESULTS)).data['scanResults']
      expect(results).toMatchObject({ lastRun: `Scan failed: ${sentence}` })
      expect(results?.['tickers']).toHaveLength(5)
      expect((await asked(2, ESTIMATE)).data['scanEstimate']).toMatchObject({
        budgetRemaining: 0,
        sufficient: false,
        message: sentence,
      })
      for (const index of [0, 1, 2]) {
        expect((await asked(index, START)).data['startScan']).toBeDefined()
        await until(
          async () => (await asked(index, RESULTS)).data['scanResults']?.['scanInProgress'] === false,
        )
      }
      expect((await asked(0, RESULTS)).data['scanResults']?.['tickers']).toHaveLength(5)
      expect(vendor.violations).toEqual([])
      expect(vendor.spent()).toBe(60)
      for (const server of servers) expect(server.output()).not.toContain('the-secret-token')
    } finally {
      for (const server of servers) await server[Symbol.asyncDispose]()
    }
  })
})

const START = 'mutation { startScan { __typename ... on MarketDataUnavailable { message } } }'
const RESULTS = '{ scanResults { lastRun scanInProgress tickers { symbol } } }'
const ESTIMATE =
  '{ scanEstimate { provider requests credits durationMs budgetRemaining sufficient message } }'
