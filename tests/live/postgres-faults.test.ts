/** Postgres restarts, refuses, hangs: two servers go on with what they know, and say plainly what they cannot do. */
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { startPostgres, type PostgresServer } from '../support/postgres-server.ts'
import { launch, type ServerProcess } from '../support/process.ts'
import { programs } from '../support/programs.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { ask, follow, signIn, type Answer } from '../support/server.ts'
import { pause, until } from '../support/until.ts'

const START = 'mutation { startScan { __typename ... on ScanStarted { status { state } } } }'
const ADD = 'mutation { addStock(symbol: "ZZZ") { id } }'
const FOLLOW =
  'subscription { scanStatus { degraded state lastRun progress { done } changedTickers { symbol rating } } }'
/** What the page asks for. */
const RESULTS =
  '{ viewer { email } stocks { symbol } scanResults { degraded lastRun criteria { maxAbsDelta } tickers { symbol rating stock { id } } } }'

interface Following {
  scanStatus: {
    degraded: boolean
    state: string
    lastRun: string
    progress: { done: number }
    changedTickers: { symbol: string; rating: string }[]
  }
}
interface Page {
  viewer: { email: string }
  stocks: { symbol: string }[]
  scanResults: {
    degraded: boolean
    lastRun: string
    criteria: { maxAbsDelta: number }
    tickers: { symbol: string; rating: string; stock: { id: string } | null }[]
  }
}
type Start = { startScan: { __typename: string } }

const AWAY = /"msg":"The database does not answer/g
const BACK = /"msg":"The database answers again/g

describe.skipIf(programs.redis === null || programs.postgres === null)('two servers on one Postgres', () => {
  let redis: RedisServer
  let postgres: PostgresServer
  let a: ServerProcess
  let b: ServerProcess
  let cookie: string

  beforeAll(async () => {
    ;[redis, postgres] = await Promise.all([startRedis(), startPostgres()])
    const environment = {
      REDIS_URL: redis.url,
      DATABASE_URL: postgres.url,
      AUTH_SECRET: 'the same secret on every server of the installation',
      DEMO_LATENCY_MS: '250',
      SCAN_SWEEP_MS: '300',
      STATUS_LOOK_MS: '500',
    }
    a = await launch(environment)
    b = await launch(environment)
    cookie = await signIn(a.url)
  })
  afterAll(async () => {
    for (const server of [a, b]) await server[Symbol.asyncDispose]()
    await redis[Symbol.asyncDispose]()
    await postgres[Symbol.asyncDispose]()
  })

  const request = (to: ServerProcess, query: string, as: string) =>
    fetch(`${to.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: as },
      body: JSON.stringify({ query }),
    })
  const page = async () => (await ask<Page>(a.url, cookie, RESULTS)).data
  const signOut = (from: ServerProcess, as: string) =>
    fetch(`${from.url}/api/auth/sign-out`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: as },
      body: '{}',
    })
  const count = (pattern: RegExp) => [a, b].map((server) => server.output().match(pattern)?.length ?? 0)

  /** Reads like a page that is looked at all the time, and keeps whatever is not as it should be. */
  function watchPage() {
    const wrong: string[] = []
    let reads = 0
    let slowestMs = 0
    const stopping = new AbortController()
    const done = (async () => {
      while (!stopping.signal.aborted) {
        const began = Date.now()
        const response = await request(a, RESULTS, cookie)
        const { data, errors } = (await response.json()) as Answer<Page>
        slowestMs = Math.max(slowestMs, Date.now() - began)
        reads += 1
        const isWhole =
          response.status === 200 &&
          errors === undefined &&
          !data.scanResults.degraded &&
          data.stocks.length === 26 &&
          data.scanResults.criteria.maxAbsDelta === 0.2 &&
          data.scanResults.tickers.every(({ stock }) => stock !== null)
        if (!isWhole) wrong.push(`${response.status} ${JSON.stringify(errors ?? data).slice(0, 300)}`)
        await pause(50)
      }
    })()
    const stop = async () => {
      stopping.abort()
      await done
      return { wrong, reads, slowestMs }
    }
    onTestFinished(async () => void (await stop()))
    return stop
  }

  /** States of the runs in the database, oldest first. */
  async function runs(): Promise<string[]> {
    const client = new Client({ connectionString: postgres.url })
    await client.connect()
    try {
      const { rows } = await client.query<{ state: string }>(
        'SELECT state FROM scan_runs ORDER BY started_at',
      )
      return rows.map(({ state }) => state)
    } finally {
      await client.end()
    }
  }

  async function startScan() {
    const reader = follow<Following>(a.url, cookie, FOLLOW)
    await until(() => reader.values.length > 0)
    const { data } = await ask<Start>(a.url, cookie, START)
    expect(data.startScan.__typename).toBe('ScanStarted')
    await until(() => (reader.last()?.scanStatus.progress.done ?? 0) > 2)
    return reader
  }

  test('a restart in the middle of a scan is noticed by the log alone', async () => {
    const stopWatching = watchPage()
    const reader = await startScan()
    await postgres.stop()
    await postgres.start()
    await until(() => reader.last()?.scanStatus.state === 'COMPLETED', 15_000)
    const { wrong, reads } = await stopWatching()
    expect(wrong).toEqual([])
    expect(reads).toBeGreaterThan(5)
    expect(reader.values.some(({ scanStatus }) => scanStatus.degraded)).toBe(false)
    reader.stop()
    await until(async () => (await runs()).join() === 'COMPLETED')
  })

  test.each([
    { way: 'refuses', fail: () => postgres.stop(), recover: () => postgres.start() },
    { way: 'hangs', fail: async () => postgres.stall(), recover: async () => postgres.resume() },
  ])(
    'a database that $way: who is signed in goes on, the scan completes, and the rest is said plainly',
    async ({ fail, recover }) => {
      const [leftBefore, leftDuring, unseen] = [await signIn(b.url), await signIn(a.url), await signIn(b.url)]
      for (const session of [leftBefore, leftDuring])
        expect((await request(a, '{ viewer { id } }', session)).status).toBe(200)
      expect((await signOut(b, leftBefore)).status).toBe(200)
      const [awayBefore, backBefore, runsBefore] = [count(AWAY), count(BACK), (await runs()).length]
      await until(async () => (await request(a, START, cookie)).status === 200)
      const stopWatching = watchPage()
      const reader = follow<Following>(a.url, cookie, FOLLOW)
      await until(() => (reader.last()?.scanStatus.progress.done ?? 0) > 2)

      await fail()
      const failedAt = Date.now()
      const entering = await fetch(`${b.url}/api/auth/sign-in/email`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'demo@example.com', password: 'demo-wheel' }),
      })
      const noticedMs = Date.now() - failedAt
      expect(entering.status).toBe(503)
      expect(await entering.json()).toEqual({
        code: 'DATABASE_UNAVAILABLE',
        message:
          'Signing in is not possible right now: the database cannot be reached. Try again in a moment.',
      })
      expect(noticedMs).toBeLessThan(4_000)

      const stranger = await request(a, RESULTS, unseen)
      expect([stranger.status, stranger.headers.get('retry-after')]).toEqual([503, '5'])
      expect(await stranger.json()).toEqual({
        errors: [
          {
            message: 'The database cannot be reached right now. Try again in a moment.',
            extensions: { code: 'DATABASE_UNAVAILABLE' },
          },
        ],
      })
      expect(await closeCodeOf(a, unseen)).toBe(1013)
      expect((await request(a, RESULTS, leftBefore)).status).toBe(401)
      expect((await signOut(b, leftDuring)).status).toBe(200)
      // Known there by a message, which may come after the answer.
      await until(async () => (await request(a, RESULTS, leftDuring)).status === 401, 1_000)

      await until(() => reader.last()?.scanStatus.state === 'COMPLETED', 15_000)
      const during = (await page()).scanResults
      expect(during.tickers.some(({ rating }) => rating === 'GOOD')).toBe(true)
      for (const change of [START, ADD]) {
        const { errors } = await ask(a.url, cookie, change)
        expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['DATABASE_UNAVAILABLE'])
      }
      // A refusal changes nothing, and nothing is fresh any more: it is the outage's memory that answers.
      await pause(Math.max(0, failedAt + 6_000 - Date.now()))
      expect((await page()).scanResults).toEqual(during)
      expect(reader.last()?.scanStatus).toMatchObject({ state: 'COMPLETED', lastRun: during.lastRun })

      await recover()
      await until(() => count(BACK).every((times, index) => times > (backBefore[index] ?? 0)))
      await until(async () => (await runs()).length === runsBefore + 1)
      await until(async () => (await runs()).every((state) => state === 'COMPLETED'))
      expect((await request(a, RESULTS, leftDuring)).status).toBe(401)
      expect((await request(b, RESULTS, leftDuring)).status).toBe(401)
      expect((await request(a, RESULTS, unseen)).status).toBe(200)
      expect((await request(b, RESULTS, await signIn(a.url))).status).toBe(200)

      const { wrong, reads, slowestMs } = await stopWatching()
      console.log(`noticed after ${noticedMs} ms; ${reads} reads, the slowest ${slowestMs} ms`)
      expect(wrong).toEqual([])
      expect(reader.values.some(({ scanStatus }) => scanStatus.degraded)).toBe(false)
      expect(slowestMs).toBeLessThan(4_000)
      expect(count(AWAY).map((times, index) => times - (awayBefore[index] ?? 0))).toEqual([1, 1])
      expect(count(BACK).map((times, index) => times - (backBefore[index] ?? 0))).toEqual([1, 1])
      reader.stop()
    },
  )

  test('an end that its server could not write down any more is written down by another', async () => {
    const reader = follow<Following>(b.url, cookie, FOLLOW)
    await until(() => reader.values.length > 0)
    const before = (await runs()).length
    expect((await ask<Start>(a.url, cookie, START)).data.startScan.__typename).toBe('ScanStarted')
    await until(() => (reader.last()?.scanStatus.progress.done ?? 0) > 2)
    await postgres.stop()
    await until(() => reader.last()?.scanStatus.state === 'COMPLETED', 15_000)
    await a.end('SIGKILL')
    await postgres.start()
    await until(async () => (await runs())[before] === 'COMPLETED')
    reader.stop()
  })

  test('and not a line of the log is an error', () => {
    for (const server of [a, b]) expect(server.output().match(/^.*"level":(50|60).*$/gm) ?? []).toEqual([])
  })
})

function closeCodeOf(server: ServerProcess, cookie: string): Promise<number> {
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: { cookie },
  })
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })))
  return new Promise((resolve) => socket.on('close', resolve))
}
