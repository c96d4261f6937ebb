/** The API as a third-party client meets it: over HTTP, WebSocket and SSE, signed in by cookie, with a real Cboe-like vendor. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { wheelPayload } from '../../support/cboe-chain.ts'
import { startCboeServer, type CboeServer } from '../../support/cboe-server.ts'
import { ask, follow, signIn, startServer, type TestServer, type Transport } from '../../support/server.ts'
import { recordingLog } from '../../support/fakes.ts'
import { until } from '../../support/until.ts'

const SYMBOLS = ['AAPL', 'MSFT', 'NVDA']
const STATUS = `seq epoch snapshot degraded state scanInProgress lastRun startedAt finishedAt
  progress { done total current } changedTickers { id symbol rating options { id strike bid annualizedReturn rating } }
  removedTickers changedOutcomes { symbol contractsKept } failures { symbol message }`
const RESULTS = `{ scanResults { lastRun scanInProgress degraded isLocalEnvironment epoch seq source simulated
  criteria { side minAnnualizedReturn maxAbsDelta minDaysToExpiration maxDaysToExpiration maxSpreadPercent minOpenInterest }
  market { isOpen opensAt now }
  tickers { id symbol scannedAt quotedAt underlyingPrice rating stock { symbol name intrinsicValue }
    options { id side expiration daysToExpiration strike bid ask mid spreadPercent delta impliedVolatility openInterest volume
      annualizedReturn otmPercent breakEven probabilityOtm probabilityOfProfit collateral premium rating } }
  outcomes { symbol contractsScreened contractsKept rejections { reason count } message } } }`
const START = `mutation { startScan { __typename
  ... on ScanStarted { status { ${STATUS} } } ... on ScanAlreadyRunning { status { state lastRun } }
  ... on MarketClosed { message opensAt } ... on CacheUnavailable { message } ... on NoActiveStocks { message } } }`

interface Status {
  seq: number
  snapshot: boolean
  state: string
  lastRun: string
  progress: { done: number; total: number; current: string[] }
  changedTickers: { symbol: string; options: { id: string; rating: string }[] }[]
  failures: { symbol: string; message: string }[]
}
interface Results {
  scanResults: {
    lastRun: string
    scanInProgress: boolean
    tickers: { symbol: string; rating: string; options: { id: string; rating: string }[] }[]
    outcomes: { symbol: string; message: string | null }[]
  }
}

let vendor: CboeServer
let server: TestServer
let cookie: string
const log = recordingLog()

beforeAll(async () => {
  vendor = await startCboeServer()
  for (const symbol of SYMBOLS) vendor.serve(symbol, wheelPayload(symbol, '2025-06-06'))
  server = await startServer(
    {
      MARKET_DATA: 'cboe',
      CBOE_BASE_URL: vendor.baseUrl,
      CLOCK_AT: '2025-06-06T19:30:00Z',
      SCAN_CONCURRENCY: '2',
    },
    log,
  )
  cookie = await signIn(server.url)
  const { data } = await ask<{ stocks: { symbol: string }[] }>(
    server.url,
    cookie,
    '{ stocks(active: true) { symbol } }',
  )
  for (const { symbol } of data.stocks) {
    if (SYMBOLS.includes(symbol)) continue
    await ask(
      server.url,
      cookie,
      `mutation ($symbol: String!) { updateStock(symbol: $symbol, input: { active: false }) { id } }`,
      { symbol },
    )
  }
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await vendor.close()
})
beforeEach(() => vendor.behave())

const results = async () => (await ask<Results>(server.url, cookie, RESULTS)).data.scanResults
const scanned = () => until(async () => !(await results()).scanInProgress)
async function scan(): Promise<Results['scanResults']> {
  const { data } = await ask<{ startScan: { __typename: string } }>(server.url, cookie, START)
  expect(data.startScan.__typename).toBe('ScanStarted')
  await scanned()
  return results()
}

describe('signing in', () => {
  test.each([
    ['a query', { query: '{ viewer { id } }' }, 'application/json'],
    ['an SSE subscription', { query: 'subscription { scanStatus { seq } }' }, 'text/event-stream'],
    ['introspection', { query: '{ __schema { types { name } } }' }, 'application/graphql-response+json'],
  ])('is needed for %s: 401 with UNAUTHENTICATED', async (_case, body, accept) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify(body),
    })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  })

  test('is needed for a WebSocket: closed with 4401', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init' })))
    const code = await new Promise((resolve) => socket.on('close', resolve))
    expect(code).toBe(4401)
  })

  test('leads a browser that opens GraphiQL to the sign-in page, and a signed-in one to GraphiQL', async () => {
    const visit = (headers: Record<string, string>) =>
      fetch(`${server.url}/graphql`, { headers: { accept: 'text/html', ...headers }, redirect: 'manual' })
    const anonymous = await visit({})
    expect([anonymous.status, anonymous.headers.get('location')]).toEqual([302, '/sign-in?next=/graphql'])
    const page = await (await visit({ cookie })).text()
    expect(page).toContain('subscription Follow')
    expect(page).not.toMatch(/<(script|link)[^>]+(src|href)="http/)
  })

  test('tells who is signed in', async () => {
    const { data } = await ask(server.url, cookie, '{ viewer { email name role isDemo } }')
    expect(data).toEqual({
      viewer: {
        email: 'demo@example.com',
        name: expect.any(String) as string,
        role: 'ADMINISTRATOR',
        isDemo: true,
      },
    })
  })
})

describe('scanning', () => {
  test('keeps the contracts of the chain that are worth selling, with every field the contract names', async () => {
    const { tickers, outcomes, ...rest } = await scan()
    expect(rest).toMatchObject({
      lastRun: 'Scan completed successfully at 2025-06-06 15:30:00',
      degraded: false,
      isLocalEnvironment: true,
      source: 'Cboe, delayed 15 minutes',
      simulated: false,
      criteria: {
        side: 'PUT',
        minAnnualizedReturn: 30,
        maxAbsDelta: 0.2,
        minDaysToExpiration: 1,
        maxDaysToExpiration: 28,
      },
      market: { isOpen: true, opensAt: null, now: '2025-06-06T19:30:00.000Z' },
    })
    expect(tickers.map(({ symbol }) => symbol)).toEqual(SYMBOLS)
    expect(tickers[0]).toMatchObject({
      quotedAt: '2025-06-06T19:59:58.000Z',
      underlyingPrice: 100,
      rating: 'UNKNOWN',
    })
    expect(tickers[0]?.options[0]).toMatchObject({ side: 'PUT', premium: expect.any(Number) as number })
    expect(outcomes).toHaveLength(3)
  })

  test('fifty at once start one scan; the others get its status', async () => {
    vendor.misbehave('*', { kind: 'hang' })
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => ask<{ startScan: { __typename: string } }>(server.url, cookie, START)),
    )
    const kinds = answers.map(({ data }) => data.startScan.__typename)
    expect(kinds.filter((kind) => kind === 'ScanStarted')).toHaveLength(1)
    expect(kinds.filter((kind) => kind === 'ScanAlreadyRunning')).toHaveLength(49)
    await ask(server.url, cookie, 'mutation { cancelScan { __typename } }')
  })

  test('lists a ticker whose answer is broken in failures, in words, and keeps its old row', async () => {
    vendor.misbehave('AAPL', { kind: 'html' })
    vendor.misbehave('MSFT', { kind: 'truncated' })
    const { outcomes, tickers } = await scan()
    expect(outcomes.map(({ message }) => message)).toEqual([
      expect.stringContaining('web page') as string,
      expect.stringMatching(/broke off|cut|middle/) as string,
      null,
    ])
    expect(tickers.map(({ symbol }) => symbol)).toEqual(SYMBOLS)
  })

  test('is cancelled on request, and says when there is nothing to cancel', async () => {
    const CANCEL =
      'mutation { cancelScan { __typename ... on ScanCancelled { status { state lastRun } } ... on NoScanRunning { message } } }'
    expect((await ask(server.url, cookie, CANCEL)).data).toEqual({
      cancelScan: { __typename: 'NoScanRunning', message: 'No scan is running.' },
    })
    vendor.misbehave('*', { kind: 'hang' })
    await ask(server.url, cookie, START)
    expect((await ask(server.url, cookie, CANCEL)).data).toEqual({
      cancelScan: {
        __typename: 'ScanCancelled',
        status: { state: 'CANCELLED', lastRun: 'Scan cancelled at 2025-06-06 15:30:00' },
      },
    })
  })

  test('is narrowed by a filter', async () => {
    await scan()
    const { data } = await ask<Results>(
      server.url,
      cookie,
      '{ scanResults(filter: { symbols: ["MSFT"], ratings: [UNKNOWN], minAnnualizedReturn: 30 }) { tickers { symbol } } }',
    )
    expect(data.scanResults.tickers).toEqual([{ symbol: 'MSFT' }])
  })
})

describe.each<Transport>(['WebSocket', 'SSE'])('following a scan over %s', (transport) => {
  const watch = () =>
    follow<{ scanStatus: Status }>(server.url, cookie, `subscription { scanStatus { ${STATUS} } }`, transport)

  test('begins with the state of the moment and misses nothing until the end', async () => {
    vendor.misbehave('*', { kind: 'slow', delayMs: 60 })
    const readers = [watch()]
    await until(() => readers[0]?.values.length === 1)
    await ask(server.url, cookie, START)
    for (let late = 0; late < 5; late += 1) {
      readers.push(watch())
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    await until(() => readers.every((reader) => reader.last()?.scanStatus.state === 'COMPLETED'))
    for (const reader of readers) {
      const statuses = reader.values.map(({ scanStatus }) => scanStatus)
      const seqs = statuses.map(({ seq }) => seq)
      const first = seqs[0] ?? 0
      expect(statuses[0]?.snapshot).toBe(true)
      expect(seqs).toEqual(seqs.map((_, index) => first + index))
      const rows = new Set(
        statuses.flatMap(({ changedTickers }) => changedTickers.map(({ symbol }) => symbol)),
      )
      expect([...rows].toSorted()).toEqual(SYMBOLS)
      reader.stop()
    }
    await until(() => server.deps.api.live.subscribers() === 0)
  })

  test('brings a changed intrinsic value as a changed ticker with its new rating', async () => {
    await scan()
    const reader = watch()
    await until(() => reader.values.length === 1)
    const change = (value: number | null) =>
      ask(
        server.url,
        cookie,
        'mutation ($v: IntrinsicValueInput) { updateStock(symbol: "AAPL", input: { intrinsicValueEps: $v }) { intrinsicValue } }',
        { v: value === null ? null : { value } },
      )
    await change(5_000)
    await until(() => reader.last()?.scanStatus.changedTickers[0]?.options[0]?.rating === 'GOOD')
    await change(1)
    await until(() => reader.last()?.scanStatus.changedTickers[0]?.options[0]?.rating === 'HIGH')
    await change(null)
    await until(() => reader.last()?.scanStatus.changedTickers[0]?.options[0]?.rating === 'UNKNOWN')
    reader.stop()
  })
})

describe('the list of stocks', () => {
  const add = (symbol: string, name?: string) =>
    ask<{ addStock: { symbol: string } }>(
      server.url,
      cookie,
      'mutation ($symbol: String!, $name: String) { addStock(symbol: $symbol, name: $name) { symbol name active } }',
      { symbol, name },
    )
  test('takes a new symbol in any case, once', async () => {
    expect((await add(' brk.b ', 'Berkshire')).data).toEqual({
      addStock: { symbol: 'BRK.B', name: 'Berkshire', active: true },
    })
    expect((await add('BRK.B')).errors?.[0]).toMatchObject({ extensions: { code: 'ALREADY_LISTED' } })
    await ask(
      server.url,
      cookie,
      'mutation { updateStock(symbol: "BRK.B", input: { active: false }) { id } }',
    )
  })
  test.each(['', 'TOOLONGX', 'A B', '<b>', '../..', 'BRK.BB'])('refuses %j as a symbol', async (symbol) => {
    expect((await add(symbol)).errors?.[0]).toMatchObject({ extensions: { code: 'BAD_INPUT' } })
  })
  test('refuses a value that cannot be, and an unknown stock, and changes nothing', async () => {
    const set = (symbol: string, value: number) =>
      ask(
        server.url,
        cookie,
        'mutation ($s: String!, $v: Float!) { updateStock(symbol: $s, input: { intrinsicValueEps: { value: $v } }) { id } }',
        { s: symbol, v: value },
      )
    expect((await set('AAPL', -1)).errors?.[0]).toMatchObject({ extensions: { code: 'BAD_INPUT' } })
    expect((await set('AAPL', 0)).errors?.[0]).toMatchObject({ extensions: { code: 'BAD_INPUT' } })
    expect((await set('NOPE', 1)).errors?.[0]).toMatchObject({ extensions: { code: 'NOT_FOUND' } })
    const { data } = await ask(
      server.url,
      cookie,
      '{ stocks(active: true) { symbol intrinsicValueEps { value } } }',
    )
    expect(data).toEqual({ stocks: SYMBOLS.map((symbol) => ({ symbol, intrinsicValueEps: null })) })
  })
})

describe('the edge', () => {
  const post = (
    headers: Record<string, string>,
    body: string = JSON.stringify({ query: '{ viewer { id } }' }),
  ) =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json', ...headers },
      body,
    })

  test('answers the same origin and programs without one, and refuses other sites', async () => {
    expect((await post({})).status).toBe(200)
    expect((await post({ origin: server.url })).status).toBe(200)
    expect((await post({ origin: 'https://evil.example' })).status).toBe(403)
    expect((await post({ origin: 'null' })).status).toBe(403)
  })

  test('refuses a WebSocket from another site', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { cookie, origin: 'https://evil.example' },
    })
    const error = await new Promise<Error>((resolve) => socket.on('error', resolve))
    expect(error.message).toContain('403')
  })

  test('takes operations as JSON only', async () => {
    const form = await post({ 'content-type': 'application/x-www-form-urlencoded' }, 'query={viewer{id}}')
    expect(form.status).toBe(415)
    expect((await post({ 'content-type': 'text/plain' })).status).toBe(415)
  })

  test('answers an unknown Host in LOCAL with 421', async () => {
    const { app } = server
    expect(
      (
        await app.fetch(
          new Request('http://rebound.example/api/status', { headers: { host: 'rebound.example' } }),
        )
      ).status,
    ).toBe(421)
    expect(
      (await app.fetch(new Request('http://localhost/api/status', { headers: { host: 'localhost:4000' } })))
        .status,
    ).toBe(200)
  })

  test('refuses a body over 256 kB', async () => {
    expect(
      (await post({}, JSON.stringify({ query: `{ viewer { id } } #${'x'.repeat(300_000)}` }))).status,
    ).toBe(413)
  })

  test('tells a person’s mistake from a bug, and hides the bug’s inside', async () => {
    const wrong = await ask(server.url, cookie, '{ nope }')
    expect(wrong.errors?.[0]?.message).toContain('nope')
    const { curatedList } = server.deps.api
    const list = curatedList.list
    curatedList.list = () => Promise.reject(new Error('secret inside'))
    const broken = await ask(server.url, cookie, '{ stocks { id } }')
    curatedList.list = list
    expect(JSON.stringify(broken)).not.toContain('secret inside')
    expect(broken.errors?.[0]).toMatchObject({ extensions: { code: 'INTERNAL_SERVER_ERROR' } })
    expect(
      log.lines.some(({ level, message }) => level === 'error' && message === 'A resolver failed.'),
    ).toBe(true)
  })
})
