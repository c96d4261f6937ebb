/** Repeated queries of the whole application: answered from bytes, and never with yesterday's. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startRedisProxy } from '../../support/redis-proxy.ts'
import { ask, createToken, signIn, startServer, type TestServer } from '../../support/server.ts'
import { until } from '../../support/until.ts'

const results = `{
  scanResults {
    epoch seq lastRun scanInProgress degraded
    criteria { minAnnualizedReturn }
    tickers { symbol rating stock { name intrinsicValue } options { strike rating } }
  }
}`
interface Results {
  scanResults: {
    seq: number
    scanInProgress: boolean
    criteria: { minAnnualizedReturn: number }
    tickers: { symbol: string; stock: { name: string | null } | null }[]
  }
}

const redisUrl = process.env['TEST_REDIS_URL']
const kinds = [
  { kind: 'one server, in one process', settings: {}, servers: 1 },
  ...(redisUrl === undefined
    ? []
    : [{ kind: 'two servers on Redis', settings: { REDIS_URL: redisUrl }, servers: 2 }]),
]

describe.each(kinds)('repeated results: $kind', ({ settings, servers: count }) => {
  const servers: TestServer[] = []
  const cookies: string[] = []
  /** Where things are done, and where they are read. */
  const [doing, reading] = [0, count - 1]
  const url = (index: number) => servers[index]?.url ?? ''

  beforeAll(async () => {
    const CACHE_KEY_PREFIX = `ready_${process.pid}_${Date.now()}`
    for (let one = 0; one < count; one += 1) {
      servers.push(await startServer({ DEMO_LATENCY_MS: '2', CACHE_KEY_PREFIX, ...settings }))
      cookies.push(await signIn(url(one)))
    }
  })
  afterAll(async () => {
    for (const server of servers) await server[Symbol.asyncDispose]()
  })

  const read = async (query = results, index = reading) =>
    (await ask<Results>(url(index), cookies[index] ?? '', query)).data.scanResults
  const act = (mutation: string) => ask(url(doing), cookies[doing] ?? '', `mutation { ${mutation} }`)
  const hits = async () =>
    (await servers[reading]?.deps.ops.metrics.readyAnswers.get())?.values[0]?.value ?? 0

  beforeEach(async () => {
    await act('startScan { __typename }')
    await until(async () => !(await read()).scanInProgress, 20_000)
    await read()
  })

  test('are answered from bytes, the same as without', async () => {
    const before = await hits()
    const answers = await Promise.all(Array.from({ length: 20 }, () => read()))
    expect((await hits()) - before).toBe(20)
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(answers[0]?.tickers.length).toBeGreaterThan(3)
    // Another text for the same question is executed.
    expect(await read(`# another\n${results}`)).toEqual(answers[0])
  })

  test('are counted as requests when they are made, and as ready answers when they are not', async () => {
    const requests = async () => {
      const found = await servers[reading]?.deps.ops.metrics.requests.get()
      const isCount = ({ metricName = '' }) => metricName.endsWith('_count')
      const isOurs = ({ labels }: { labels: Record<string, unknown> }) =>
        labels['route'] === '/graphql' && labels['method'] === 'POST' && labels['status'] === '2xx'
      return found?.values.find((value) => isCount(value) && isOurs(value))?.value ?? 0
    }
    const before = [await requests(), await hits()] as const
    for (let again = 0; again < 3; again += 1) await read(`# counted\n${results}`)
    expect([(await requests()) - before[0], (await hits()) - before[1]]).toEqual([1, 2])
    // One that goes the long way has the same labels.
    await read('{ scanResults { seq } __schema { queryType { name } } }')
    expect((await requests()) - before[0]).toBe(2)
  })

  test('are new after a change of the criteria, made on another server', async () => {
    for (const limit of [31, 32, 33]) {
      await act(`updateScanCriteria(input: { minAnnualizedReturn: ${limit} }) { minAnnualizedReturn }`)
      if (count === 1) expect((await read()).criteria.minAnnualizedReturn).toBe(limit)
      // Another process has a database of its own here: what it must see is the new version.
      else expect((await read()).seq).toBe((await read(results, doing)).seq)
    }
  })

  test('are new with each ticker of a scan, and when it has ended', async () => {
    const before = (await read()).seq
    await act('startScan { __typename }')
    expect((await read()).seq).toBeGreaterThan(before)
    await until(async () => !(await read()).scanInProgress, 20_000)
    expect((await read()).seq).toBeGreaterThan(before + 26)
  })

  test('are for nobody who may not read: signed out, or with a token that is gone', async () => {
    const cookie = cookies[reading] ?? ''
    const secret = await createToken(url(reading), cookie, ['READ'])
    const byToken = () =>
      fetch(`${url(reading)}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
        body: JSON.stringify({ query: results, variables: {} }),
      })
    expect((await byToken()).status).toBe(200)
    const { data } = await ask<{ apiTokens: { id: string }[] }>(url(reading), cookie, '{ apiTokens { id } }')
    await ask(url(reading), cookie, `mutation { revokeApiToken(id: "${data.apiTokens[0]?.id}") { id } }`)
    expect((await byToken()).status).toBe(401)
    const response = await fetch(`${url(reading)}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: results, variables: {} }),
    })
    expect(response.status).toBe(401)
    const foreign = await fetch(`${url(reading)}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        cookie: cookies[reading] ?? '',
        origin: 'https://evil.example',
      },
      body: JSON.stringify({ query: results, variables: {} }),
    })
    expect(foreign.status).toBe(403)
  })

  test('are answered to a page of ours that asks by GET, and to no other', async () => {
    const get = (headers: Record<string, string>) =>
      fetch(`${url(reading)}/graphql?${new URLSearchParams({ query: results })}`, {
        headers: { cookie: cookies[reading] ?? '', accept: '*/*', ...headers },
      })
    const ours = { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }
    expect(((await (await get(ours)).json()) as { data: Results }).data.scanResults).toEqual(await read())
    const before = await hits()
    const again = await get(ours)
    expect([again.status, again.headers.get('cache-control')]).toEqual([200, 'private, no-cache'])
    expect(await hits()).toBe(before + 1)
    expect((await get({})).status).toBe(403)
    expect((await get({ ...ours, 'sec-fetch-site': 'same-site' })).status).toBe(403)
    // Whose cookie is not believed.
    expect((await get({ ...ours, 'sec-fetch-site': 'cross-site' })).status).toBe(401)
    expect((await get({ ...ours, cookie: '' })).status).toBe(401)
  })

  test('carry the headers of every answer, an ETag, and 304 for whoever has it', async () => {
    const post = (headers: Record<string, string> = {}) =>
      fetch(`${url(reading)}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie: cookies[reading] ?? '', ...headers },
        body: JSON.stringify({ query: results, variables: {} }),
      })
    const { headers } = await post()
    expect(headers.get('cache-control')).toBe('private, no-cache')
    const etag = headers.get('etag') ?? ''
    expect(etag).not.toBe('')
    expect((await post({ 'if-none-match': etag })).status).toBe(304)
    await act('startScan { __typename }')
    const changed = await post({ 'if-none-match': etag })
    expect([changed.status, changed.headers.get('etag') === etag]).toEqual([200, false])
  })

  test.each([
    ['application/json'],
    ['application/graphql-response+json'],
    ['application/graphql-response+json, application/json'],
    ['application/json, application/graphql-response+json'],
    ['application/graphql-response+json;q=0.4,application/json;q=0.9'],
    ['APPLICATION/JSON ; q=0.9 , */*'],
    ['application/graphql+json, application/json'],
    ['application/*'],
    ['*/*'],
    ['multipart/mixed, application/json'],
    ['text/plain, */*;q=0.1'],
    ['application/json; charset=utf-8'],
    ['application/json; charset=latin1, */*'],
    ['text/plain'],
    ['constructor'],
    ['multipart/mixed'],
  ])('are of the type that the whole application gives: %s', async (accept) => {
    const asked = {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie: cookies[reading] ?? '', accept },
      body: JSON.stringify({ query: '{ scanStatus { state } }' }),
    }
    const whole = await servers[reading]?.app.fetch(new Request(`${url(reading)}/graphql`, asked))
    const ready = await fetch(`${url(reading)}/graphql`, asked)
    const common = ({ status, headers }: Response) => {
      const own = /^(etag|vary|date|connection|keep-alive|content-length|transfer-encoding)$/
      const others = /^(cache-control|x-request-id|ratelimit-.*)$/
      return [
        status,
        [...new Headers([...headers])].filter(([name]) => !own.test(name) && !others.test(name)),
      ]
    }
    expect(common(ready)).toEqual(whole && common(whole))
    expect(await ready.text()).toBe(await whole?.text())
  })
})

test('results that expire are not shown for longer than they live', async () => {
  await using server = await startServer({
    DEMO_LATENCY_MS: '1',
    CACHE_TTL_OPTIONS_SECONDS: '2',
    SCAN_SWEEP_MS: '60000',
  })
  const cookie = await signIn(server.url)
  const read = async () => (await ask<Results>(server.url, cookie, results)).data.scanResults
  await ask(server.url, cookie, 'mutation { startScan { __typename } }')
  await until(async () => {
    const { scanInProgress, tickers } = await read()
    return !scanInProgress && tickers.length > 3
  })
  const oldest = Date.now()
  // Nobody sweeps, so nothing tells that rows expire.
  await until(async () => (await read()).tickers.length === 0, 5_000)
  expect(Date.now() - oldest).toBeLessThan(2_600)
})

test.skipIf(redisUrl === undefined)(
  'show what was changed while Redis was away, once it is back',
  async () => {
    await using proxy = await startRedisProxy(Number(new URL(redisUrl ?? '').port))
    const CACHE_KEY_PREFIX = `ready_away_${process.pid}_${Date.now()}`
    await using server = await startServer({ DEMO_LATENCY_MS: '1', CACHE_KEY_PREFIX, REDIS_URL: proxy.url })
    const cookie = await signIn(server.url)
    const read = async () => (await ask<Results>(server.url, cookie, results)).data.scanResults
    const nameOf = async (symbol: string) =>
      (await read()).tickers.find((ticker) => ticker.symbol === symbol)?.stock?.name
    await ask(server.url, cookie, 'mutation { startScan { __typename } }')
    await until(async () => {
      const { scanInProgress, tickers } = await read()
      return !scanInProgress && tickers.length > 3
    })
    const symbol = (await read()).tickers[0]?.symbol ?? ''
    const { seq } = await read()

    proxy.cut()
    const rename =
      'mutation ($symbol: String!) { updateStock(symbol: $symbol, input: { name: "Another" }) { name } }'
    expect(await ask(server.url, cookie, rename, { symbol })).toMatchObject({
      data: { updateStock: { name: 'Another' } },
    })
    expect((await read()).tickers).toEqual([])
    proxy.restore()
    await until(async () => (await nameOf(symbol)) === 'Another', 5_000)
    // Nothing else has happened that would have shown it.
    expect((await read()).seq).toBe(seq + 1)
  },
)
