/** The share of requests as clients meet it: in headers, and in what is refused. */
import { afterEach, describe, expect, test } from 'vitest'
import { programs } from '../../support/programs.ts'
import { startRedis } from '../../support/redis-server.ts'
import { signIn, startServer, type TestServer } from '../../support/server.ts'

let server: TestServer
afterEach(() => server[Symbol.asyncDispose]())

const ask = (url: string, headers: Record<string, string>) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"query":"{ __typename }"}',
  })

test('every answer says what is left, and the one too many says when to come back', async () => {
  server = await startServer({ RATE_LIMIT_PER_MINUTE: '2' })
  const cookie = await signIn(server.url)
  const answers = []
  for (let request = 0; request < 3; request += 1) answers.push(await ask(server.url, { cookie }))
  const seen = answers.map(({ status, headers }) => [
    status,
    headers.get('ratelimit-limit'),
    headers.get('ratelimit-remaining'),
    headers.has('retry-after'),
  ])
  expect(seen).toEqual([
    [200, '2', '1', false],
    [200, '2', '0', false],
    [429, '2', '0', true],
  ])
  const refused = answers[2]
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect(Number(refused?.headers.get('ratelimit-reset'))).toBeLessThanOrEqual(60)
  expect(await refused?.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] })

  const other = await signIn(server.url)
  expect((await ask(server.url, { cookie: other })).status).toBe(200)
})

test('guessing tokens spends the share of the address, whatever forwarding headers say', async () => {
  server = await startServer({ RATE_LIMIT_PER_MINUTE: '1' })
  const statuses = []
  for (let guess = 0; guess < 7; guess += 1) {
    const headers = { authorization: `Bearer wa_${guess}`, 'x-forwarded-for': `203.0.113.${guess}` }
    statuses.push((await ask(server.url, headers)).status)
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
})

test('behind a trusted proxy, clients are told apart', async () => {
  server = await startServer({ RATE_LIMIT_PER_MINUTE: '1', TRUSTED_PROXIES: '127.0.0.1' })
  for (let guess = 0; guess < 6; guess += 1)
    await ask(server.url, { 'x-forwarded-for': `8.8.8.8, 203.0.113.7` })
  expect((await ask(server.url, { 'x-forwarded-for': '203.0.113.7' })).status).toBe(429)
  expect((await ask(server.url, { 'x-forwarded-for': '203.0.113.8' })).status).toBe(401)
})

test('0 is no limit, and no header', async () => {
  server = await startServer()
  const cookie = await signIn(server.url)
  const answer = await ask(server.url, { cookie })
  expect([answer.status, answer.headers.has('ratelimit-limit')]).toEqual([200, false])
})

describe.skipIf(programs.redis === null)('with Redis', () => {
  test('servers of an installation count together', async () => {
    await using redis = await startRedis()
    const settings = { RATE_LIMIT_PER_MINUTE: '1', REDIS_URL: redis.url }
    server = await startServer(settings)
    await using other = await startServer(settings)
    const statuses = []
    for (const { url } of [server, other, server, other, server, other])
      statuses.push((await ask(url, {})).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
    // Two servers, each with a database of its own.
  }, 120_000)
})
