/** GraphQL over HTTP, to the letter: every audit of `graphql-http`, and what the specifications leave to a test. */
import { serverAudits } from 'graphql-http'
import { createClient } from 'graphql-sse'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createToken, signIn, startServer, type TestServer } from '../../support/server.ts'

let server: TestServer
const credentials: Record<'cookie' | 'token', Record<string, string>> = { cookie: {}, token: {} }

beforeAll(async () => {
  server = await startServer({ DEMO_LATENCY_MS: '5' })
  const cookie = await signIn(server.url)
  credentials.cookie = { cookie, 'graphql-require-preflight': '1' }
  credentials.token = { authorization: `Bearer ${await createToken(server.url, cookie)}` }
})
afterAll(() => server[Symbol.asyncDispose]())

describe.each(['cookie', 'token'] as const)('signed in by %s', (kind) => {
  const fetchAs: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers)
    for (const [name, value] of Object.entries(credentials[kind])) headers.set(name, value)
    return fetch(input, { ...init, headers })
  }
  const audits = serverAudits({ url: () => `${server.url}/graphql`, fetchFn: fetchAs })

  test('there are 61 audits', () => {
    expect(audits).toHaveLength(61)
  })

  test.each(audits.map((audit) => [audit.name, audit] as const))('%s', async (_name, audit) => {
    const result = await audit.fn()
    expect(result.status === 'ok' ? 'ok' : result.reason).toBe('ok')
  })

  test('graphql-sse follows a subscription, and asks a query, in distinct connections', async () => {
    const client = createClient({ url: `${server.url}/graphql`, fetchFn: fetchAs, retryAttempts: 0 })
    const ask = async (query: string) => (await client.iterate({ query }).next()).value as unknown
    expect(await ask('subscription { scanStatus { state } }')).toMatchObject({
      data: { scanStatus: { state: expect.any(String) as string } },
    })
    expect(await ask('{ __typename }')).toMatchObject({ data: { __typename: 'Query' } })
    client.dispose()
  })

  test.each([
    ['?query=%7B__typename%7D', 200],
    ['?query=query%20A%7B__typename%7D%20query%20B%7Ba%3A__typename%7D&operationName=B', 200],
    [
      '?query=query%20(%24a%3A%20Boolean!)%7B__typename%20%40include(if%3A%20%24a)%7D&variables=%7B%22a%22%3Atrue%7D',
      200,
    ],
    ['?query=mutation%7B__typename%7D', 405],
    ['?query=%7B', 400],
  ])('GET %s is answered %i', async (search, status) => {
    const accept = 'application/graphql-response+json'
    const response = await fetchAs(`${server.url}/graphql${search}`, { headers: { accept } })
    expect([response.status, response.headers.get('content-type')]).toEqual([
      status,
      `${accept}; charset=utf-8`,
    ])
    if (status === 405) expect(response.headers.get('allow')).toBe('POST')
  })
})

describe('the answer is of the kind that the client prefers', () => {
  test.each([
    ['application/graphql-response+json', 'application/graphql-response+json', 400],
    ['application/json', 'application/json', 200],
    ['application/graphql-response+json, application/json;q=0.9', 'application/graphql-response+json', 400],
    ['*/*', 'application/json', 200],
  ])('%s: %s, and a mistake in the document is a %i', async (accept, contentType, status) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { ...credentials.cookie, accept, 'content-type': 'application/json' },
      body: '{"query":"{ noSuchField }"}',
    })
    expect([response.status, response.headers.get('content-type')]).toEqual([
      status,
      `${contentType}; charset=utf-8`,
    ])
    expect(await response.json()).toEqual({
      errors: [expect.objectContaining({ message: expect.any(String) as string })],
    })
  })

  test('one that nobody can give is refused', async () => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { ...credentials.cookie, accept: 'image/png', 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    })
    expect(response.status).toBe(406)
  })
})
