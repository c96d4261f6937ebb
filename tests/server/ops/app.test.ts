/** What an operator sees of the whole application: request ids, lines, and numbers that move when people do something. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { recordingLog } from '../../support/fakes.ts'
import { ask, follow, signIn, startServer, type TestServer } from '../../support/server.ts'
import { until } from '../../support/until.ts'

const STATUS = 'subscription Live { scanStatus { seq state } }'
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

const log = recordingLog()
let server: TestServer
let cookie: string

beforeAll(async () => {
  server = await startServer({ DEMO_LATENCY_MS: '5' }, log)
  cookie = await signIn(server.url)
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => log.lines.splice(0))

const get = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers })
const lines = (message: RegExp) => log.lines.filter((line) => message.test(line.message))

/** The values of all series of a metric whose labels hold all of these, added up. */
async function total(name: string, labels: Record<string, string> = {}): Promise<number> {
  const text = await (await get('/metrics')).text()
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  return text
    .split('\n')
    .filter((line) => new RegExp(`^wheel_analyzer_${name}[ {]`).test(line))
    .filter((line) => wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

describe('a request', () => {
  test('gets an id of its own, which is answered and stands on its line', async () => {
    const response = await get('/api/status')
    const id = response.headers.get('x-request-id')
    expect(id).toMatch(uuid)
    const [line] = lines(/^A request was answered\.$/)
    expect(line).toMatchObject({
      level: 'debug',
      fields: { method: 'GET', path: '/api/status', status: 200, durationMs: expect.any(Number) as number },
    })
  })

  test.each([
    ['a UUID', '0b0b0b0b-1111-4222-8333-444444444444', true],
    ['a word of a proxy', 'edge_7-12345678', true],
    ['one that is too short to be unique', 'abc', false],
    ['one that is too long', 'x'.repeat(65), false],
    ['one that could forge a line', 'abcdefgh" level="50', false],
  ])('%s as X-Request-Id is kept only when it is harmless', async (_case, given, kept) => {
    const answered = (await get('/api/status', { 'x-request-id': given })).headers.get('x-request-id')
    expect(answered === given).toBe(kept)
    if (!kept) expect(answered).toMatch(uuid)
  })

  test('that is refused at the edge has its id too', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
    })
    expect([response.status, response.headers.get('x-request-id')]).toEqual([
      403,
      expect.stringMatching(uuid),
    ])
  })

  test('is counted under its route pattern and status class, never under its address', async () => {
    await get('/api/no-such-thing')
    await get('/health/live?no-such-thing')
    await fetch(`${server.url}/api/status`, { method: 'PROPFIND' })
    expect(
      await total('http_request_duration_seconds_count', { route: '/api/*', status: '4xx' }),
    ).toBeGreaterThan(0)
    expect(
      await total('http_request_duration_seconds_count', {
        route: '/health/live',
        method: 'GET',
        status: '2xx',
      }),
    ).toBe(1)
    expect(await total('http_request_duration_seconds_count', { method: 'other' })).toBe(1)
    expect(await (await get('/metrics')).text()).not.toMatch(/no-such-thing|PROPFIND/)
  })

  test('leaves no cookie, token or query in the log', async () => {
    await get('/api/status?token=hush-1', { cookie, authorization: 'Bearer hush-2' })
    expect(JSON.stringify(log.lines)).not.toMatch(/hush|better-auth/)
  })
})

describe('GraphQL operations', () => {
  const counted = (labels: Record<string, string>) =>
    total('graphql_operation_duration_seconds_count', labels)

  test('are counted by name, type and outcome, wherever they come from', async () => {
    await ask(server.url, cookie, 'query Scanner { scanResults { seq } }')
    await ask(server.url, cookie, '{ scanResults { seq } }')
    await ask(server.url, cookie, 'mutation Add { addStock(symbol: "not a symbol") { id } }')
    expect(await counted({ operation: 'Scanner', type: 'query', outcome: 'ok' })).toBe(1)
    expect(await counted({ operation: 'anonymous', type: 'query', outcome: 'ok' })).toBe(1)
    expect(await counted({ operation: 'Add', type: 'mutation', outcome: 'refused' })).toBe(1)
  })

  test('that break are counted as failed, and their line is an error', async () => {
    const { clock } = server.deps.api
    const { marketNow } = clock
    clock.marketNow = () => {
      throw new Error('the clock fell down')
    }
    await ask(server.url, cookie, 'query Broken { scanResults { market { now } } }')
    clock.marketNow = marketNow
    expect(await counted({ operation: 'Broken', outcome: 'failed' })).toBe(1)
    expect(lines(/resolver failed/)).toMatchObject([{ level: 'error' }])
  })

  test('with invented names cost fifty series, not thousands', async () => {
    for (let name = 0; name < 80; name += 1)
      await ask(server.url, cookie, `query Invented${name} { __typename }`)
    const text = await (await get('/metrics')).text()
    const names = new Set([...text.matchAll(/operation="(\w+)",type/g)].map(([, name]) => name))
    expect(names.size).toBeLessThanOrEqual(52)
    expect(await counted({ operation: 'other' })).toBeGreaterThan(20)
  })
})

test('open WebSockets and subscribers are counted while they are there', async () => {
  const reader = follow<object>(server.url, cookie, STATUS)
  const stream = follow<object>(server.url, cookie, STATUS, 'SSE')
  await until(() => reader.values.length > 0 && stream.values.length > 0)
  expect(await total('websocket_connections')).toBe(1)
  expect(await total('subscribers')).toBe(2)
  reader.stop()
  stream.stop()
  await until(async () => (await total('websocket_connections')) + (await total('subscribers')) === 0)
})

test('a scan moves the numbers of scans, tickers, provider, jobs, cache and events', async () => {
  const reader = follow<{ scanStatus: { state: string } }>(server.url, cookie, STATUS)
  await until(() => reader.values.length > 0)
  await ask(server.url, cookie, 'mutation StartScan { startScan { __typename } }')
  await until(() => reader.last()?.scanStatus.state === 'COMPLETED')
  reader.stop()
  expect(await total('scans_total', { state: 'COMPLETED' })).toBe(1)
  expect(await total('scan_duration_seconds_count', { state: 'COMPLETED' })).toBe(1)
  expect(await total('tickers_total')).toBe(26)
  // The simulated market lets a stock fail now and then.
  const failed = await total('tickers_total', { outcome: 'failed' })
  const asked = (outcome: string) =>
    total('provider_request_duration_seconds_count', { provider: 'demo', outcome })
  expect([await asked('ok'), await asked('failed')]).toEqual([26 - failed, failed])
  expect(await total('provider_errors_total')).toBe(failed)
  expect(await total('scan_job_duration_seconds_count', { job: 'ticker', outcome: 'ok' })).toBe(26)
  expect(await total('cache_operation_duration_seconds_count', { operation: 'commit', outcome: 'ok' })).toBe(
    26,
  )
  expect(await total('cache_reads_total', { result: 'miss' })).toBeGreaterThan(0)
  expect(await total('event_lag_seconds_count')).toBeGreaterThan(52)
  expect(await total('event_lag_seconds_bucket', { le: '1' })).toBe(await total('event_lag_seconds_count'))
  await ask(server.url, cookie, '{ scanResults { seq } }')
  expect(await total('cache_reads_total', { result: 'hit' })).toBeGreaterThan(0)
})

test('readiness names what is checked, and turns away from the moment the process stops', async () => {
  const ready = async () => {
    const response = await get('/health/ready')
    return { code: response.status, ...((await response.json()) as { status: string; checks: object }) }
  }
  expect(await ready()).toEqual({
    code: 200,
    status: 'ok',
    checks: { database: { status: 'ok', latencyMs: expect.any(Number) as number } },
  })
  server.deps.ops.health.stop()
  expect(await ready()).toMatchObject({ code: 503, status: 'stopping' })
  expect((await get('/health/live')).status).toBe(200)
})
