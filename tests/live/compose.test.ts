/** Everything that docker-compose.yml starts, started without Docker, and used through its proxy. */
import { execFileSync } from 'node:child_process'
import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { composeUp, type Composed, type Program } from '../support/composed.ts'
import { subscribeFaithfully, type Faithful } from '../support/faithful.ts'
import { programs } from '../support/programs.ts'
import { ask } from '../support/server.ts'
import { pause, until } from '../support/until.ts'

const available = programs.haproxy !== null && programs.redis !== null && programs.postgres !== null
const START = 'mutation { startScan { __typename } }'
const RESULTS = '{ scanResults { scanInProgress lastRun tickers { symbol scannedAt } } }'
interface Results {
  scanResults: { scanInProgress: boolean; lastRun: string; tickers: { symbol: string; scannedAt: string }[] }
}

describe.skipIf(!available)('what docker-compose.yml starts', () => {
  let composed: Composed
  let cookie: string
  const people: Faithful[] = []

  beforeAll(async () => {
    composed = await composeUp({
      AUTH_SECRET: 'the same secret on every server of the installation',
      POSTGRES_PASSWORD: 'abc123',
      MARKET_DATA: 'demo',
      METRICS_TOKEN: 'a-token-of-the-tests',
    })
  }, 120_000)
  afterAll(async () => {
    await Promise.all(people.map((person) => person.leave()))
    await (composed as Composed | undefined)?.[Symbol.asyncDispose]()
  })

  const post = (path: string, body: object) =>
    fetch(composed.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const start = async () =>
    (await ask<{ startScan: { __typename: string } }>(composed.url, cookie, START)).data.startScan.__typename
  const results = async () => (await ask<Results>(composed.url, cookie, RESULTS)).data.scanResults
  /** All see the end of the scan, and what a question is answered. */
  const agree = () =>
    until(async () => {
      const { lastRun, tickers } = await results()
      const rows = tickers.map(({ symbol, scannedAt }) => `${symbol} ${scannedAt}`).sort()
      return people.every((person) => {
        expect(person.sight()).toEqual({ state: 'COMPLETED', lastRun, rows })
        return rows.length > 0
      })
    }, 30_000)

  test('is healthy, by the checks of the file', async () => {
    for (const program of [...composed.servers, ...composed.workers]) expect(program.isHealthy()).toBe(true)
    expect((await fetch(`${composed.url}/health/proxy`)).status).toBe(200)
  })

  test('serves the page, and lets the first administrator in by whichever server’s code', async () => {
    expect(await (await fetch(composed.url)).text()).toContain('<div id="root">')
    const codes = composed.servers.map(({ output }) => /with the code (\S+)/.exec(output())?.[1])
    expect(codes[0]).toMatch(/^[2-9A-Z-]{19}$/)
    expect(codes[1]).toBe(codes[0])
    const person = { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada' }
    for (const setupCode of ['wrong', codes[0]])
      expect((await post('/api/auth/sign-up/email', { ...person, setupCode })).status).toBe(
        setupCode === 'wrong' ? 403 : 200,
      )
    const signedIn = await post('/api/auth/sign-in/email', person)
    expect(signedIn.status).toBe(200)
    cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  })

  test('scans by its workers, and shows it live to people on both servers', async () => {
    for (const transport of ['WebSocket', 'SSE', 'WebSocket', 'SSE'] as const)
      people.push(subscribeFaithfully(composed.url, cookie, transport))
    await until(() => people.every((person) => person.sight()?.state === 'IDLE'))
    expect(await start()).toBe('ScanStarted')
    await agree()
    expect(people.map((person) => person.visits())).toEqual(
      people.map(() => ({ subscriptions: 1, snapshotsFirst: 1 })),
    )
    expect(await Promise.all(composed.servers.map(subscribersOf))).toEqual([2, 2])
  })

  test('restarts its servers one after the other in the middle of a scan, and nobody loses anything', async () => {
    const failures: string[] = []
    let answered = 0
    const enough = new AbortController()
    const questions = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!enough.signal.aborted) {
          const answer = await fetch(`${composed.url}/graphql`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', cookie },
            body: JSON.stringify({ query: RESULTS }),
          }).catch((error: unknown) => ({
            ok: false,
            status: String(error instanceof Error ? (error.cause ?? error) : error),
            text: async () => '',
          }))
          const text = await answer.text()
          if (!answer.ok) failures.push(`${answer.status} ${text}`)
          answered += 1
          await pause(10)
        }
      }),
    )
    const before = people.map((person) => person.visits())
    expect(await start()).toBe('ScanStarted')
    for (const server of composed.servers) {
      await pause(500)
      expect(await server.end('SIGTERM')).toBe(0)
      await server.start()
    }
    await agree()
    enough.abort()
    await questions
    console.log(`asked ${answered} times while both servers restarted`)
    expect(failures).toEqual([])
    for (const [index, person] of people.entries()) {
      const { subscriptions, snapshotsFirst } = person.visits()
      expect(subscriptions).toBeGreaterThan(before[index]?.subscriptions ?? Infinity)
      expect(snapshotsFirst).toBe(subscriptions)
    }
  })

  test('is backed up and restored by the commands of docs/operations.md', async () => {
    const docs = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
    const command = (program: string) =>
      new RegExp(`exec -T postgres ${program} (.*?) [<>] wheel\\.dump`).exec(docs)?.[1]?.split(' ') ?? []
    const { hostname, port } = new URL(composed.postgres.url)
    const run = (program: string, input?: Buffer) =>
      execFileSync(join(dirname(realpathSync(programs.postgres ?? '')), program), command(program), {
        env: { PGHOST: hostname, PGPORT: port },
        ...(input !== undefined && { input }),
      })
    const count = async (table: string) => {
      const client = new Client({ connectionString: composed.postgres.url.replace(/\w+$/, 'wheel') })
      await client.connect()
      const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`)
      await client.query('DELETE FROM stocks; DELETE FROM users')
      await client.end()
      return rows[0]?.count ?? 0
    }
    const dump = run('pg_dump')
    const before = await count('stocks')
    expect(before).toBeGreaterThan(0)
    expect(await count('stocks')).toBe(0)
    run('pg_restore', dump)
    expect(await count('stocks')).toBe(before)
    run('pg_restore', dump)
    expect(
      (await ask<Results>(composed.url, cookie, RESULTS)).data.scanResults.tickers.length,
    ).toBeGreaterThan(0)
  })

  test('is left without channels and jobs when everybody has gone', async () => {
    await Promise.all(people.splice(0).map((person) => person.leave()))
    const redis = new Redis(composed.redis.url)
    await until(async () => (await redis.pubsub('NUMSUB', 'wheel_analyzer:1:scanner:status'))[1] === 0)
    redis.disconnect()
  })

  async function subscribersOf({ url }: Program): Promise<number> {
    const response = await fetch(`${url}/metrics`, {
      headers: { authorization: 'Bearer a-token-of-the-tests' },
    })
    return Number(/^wheel_analyzer_subscribers (\d+)$/m.exec(await response.text())?.[1])
  }
})
