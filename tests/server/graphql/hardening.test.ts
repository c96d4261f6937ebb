/**
 * The attacks that scanners try on GraphQL servers, graphql-cop's among them, against a server as it stands in
 * production: what anonymous people get, and what a signed-in person gets who should know better.
 */
import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from '../../support/server.ts'

let server: TestServer
let cookie: string

beforeAll(async () => {
  server = await startServer({ ENVIRONMENT: 'PRODUCTION', DEMO_LATENCY_MS: '5' })
  const response = await fetch(`${server.url}/api/auth/sign-up/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'Ann',
      email: 'ann@example.com',
      password: 'correct horse battery',
      setupCode: server.deps.setupCode,
    }),
  })
  cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? 'nobody has signed up'
})
afterAll(() => server[Symbol.asyncDispose]())

interface Seen {
  status: number
  text: string
  body: {
    data?: Record<string, unknown> | null
    errors?: { message: string; extensions?: Record<string, unknown> }[]
    extensions?: unknown
  } | null
}

async function send(init: RequestInit & { search?: string } = {}): Promise<Seen> {
  const { search = '', ...rest } = init
  const response = await fetch(`${server.url}/graphql${search}`, { redirect: 'manual', ...rest })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  return { status: response.status, text, body: isJson ? (JSON.parse(text) as Seen['body']) : null }
}

type Who = 'anonymous' | 'signed in'
const credentials = (who: Who): Record<string, string> => (who === 'signed in' ? { cookie } : {})

const post = (who: Who, body: unknown, headers: Record<string, string> = {}) =>
  send({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...credentials(who), ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

const many = (count: number, piece: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => piece(i)).join(' ')
const nested = (fields: string[], inside: string) =>
  fields.reduceRight((selection, field) => `${field} { ${selection} }`, inside)

const circular = `query cop { ${nested(['__schema', 'types', 'fields', 'type', 'fields', 'type', 'fields', 'type', 'fields', 'type'], 'name')} }`

/** What graphql-cop sends, and the code that a signed-in person gets for it. */
const operations: [check: string, body: unknown, code: string][] = [
  [
    'alias overloading',
    { query: `query cop { ${many(101, (i) => `alias${i}: __typename`)} }` },
    'TOO_MANY_ALIASES',
  ],
  [
    'array-based batching',
    Array.from({ length: 10 }, () => ({ query: 'query cop { __typename }' })),
    'BAD_REQUEST',
  ],
  ['circular introspection', { query: circular }, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'directive overloading',
    { query: `query cop { __typename ${many(10, () => '@aa')} }` },
    'TOO_MANY_DIRECTIVES',
  ],
  ['field duplication', { query: `query cop { ${many(500, () => '__typename')} }` }, 'TOO_MANY_FIELDS'],
  ['an unhandled error', { query: 'qwerty cop { abc }' }, 'GRAPHQL_PARSE_FAILED'],
]

describe('for anonymous people, nothing is executed and nothing is told', () => {
  test.each([
    ...operations.map(([check, body]) => [check, body] as const),
    ['introspection', { query: getIntrospectionQuery() }] as const,
    ['a field suggestion', { query: 'query cop { __schema { directive } }' }] as const,
    ['tracing', { query: 'query cop { __typename }' }] as const,
  ])('%s', async (_check, body) => {
    expect(await post('anonymous', body)).toMatchObject({
      status: 401,
      body: { errors: [{ message: 'Sign in first.', extensions: { code: 'UNAUTHENTICATED' } }] },
    })
  })

  test.each([
    ['a query', '?query=%7B__typename%7D'],
    ['a mutation', '?query=mutation%20cop%20%7B__typename%7D'],
  ])('%s by GET', async (_check, search) => {
    expect((await send({ search })).status).toBe(401)
  })

  test('an urlencoded form', async () => {
    const body = new URLSearchParams({ query: 'query cop { __typename }' })
    expect((await send({ method: 'POST', body })).status).toBe(401)
  })

  test('GraphiQL', async () => {
    const { status, text } = await send({ headers: { accept: 'text/html' } })
    expect(status).toBe(302)
    expect(text).not.toMatch(/graphiql|playground/i)
  })
})

describe('a signed-in person', () => {
  test.each(operations)('gets a clean refusal for %s', async (_check, body, code) => {
    const { status, body: answer } = await post('signed in', body, {
      accept: 'application/graphql-response+json',
    })
    expect({ status, answer }).toMatchObject({
      status: 400,
      answer: { errors: [{ extensions: { code } }] },
    })
    expect(answer).not.toHaveProperty('data')
  })

  test('cannot mutate by GET', async () => {
    const headers = { cookie, 'graphql-require-preflight': '1' }
    const { status, body } = await send({ search: '?query=mutation%20cop%20%7B__typename%7D', headers })
    expect({ status, body }).toMatchObject({ status: 405, body: { errors: [{}] } })
  })

  test('is not tricked into a query by GET, or into a form, by another site', async () => {
    expect((await send({ search: '?query=%7B__typename%7D', headers: { cookie } })).status).toBe(403)
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain',
      'multipart/form-data; boundary=x',
      '',
    ]) {
      const body = 'query=%7B__typename%7D'
      const { status, text } = await send({ method: 'POST', headers: { cookie, 'content-type': type }, body })
      expect([type, status]).toEqual([type, 415])
      expect(text).not.toContain('"data"')
    }
  })

  test.each([
    ['a field', '{ viewer { nam } }'],
    ['a type of another spelling', 'query ($a: Strin) { __typename }'],
    ['an argument', '{ __type(nam: "Query") { name } }'],
    ['introspection', '{ __schema { directive } }'],
    ['an enum value in a variable', 'query ($x: Int!) { __typename }'],
  ])('gets no suggestion for %s', async (_case, query) => {
    const { text } = await post('signed in', { query, variables: { x: 'one' } })
    expect(text).toContain('errors')
    expect(text).not.toMatch(/did you mean/i)
  })

  test('learns the schema as tools ask for it', async () => {
    const query = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    })
    const { status, body } = await post('signed in', { query })
    expect({ status, errors: body?.errors }).toEqual({ status: 200, errors: undefined })
  })

  test('sees no tracing, stack trace or file path, whatever is sent', async () => {
    const bodies = [
      '{"query":',
      'null',
      '"text"',
      '[]',
      '{}',
      '{"query":null}',
      '{"query":{}}',
      '{"query":"{ __typename }","variables":[]}',
      '{"query":"{ __typename }","operationName":"none"}',
      '{"query":"{ __typename }","__proto__":{"a":1}}',
      '{"query":"query ($a: Int!) { __typename }","variables":{"a":{"toString":1}}}',
      '{"query":"\\u0000"}',
      '{"query":"{ __typename }","extensions":{"persistedQuery":{"sha256Hash":{}}}}',
      '{"extensions":{"persistedQuery":{"sha256Hash":"00"}}}',
    ]
    for (const body of bodies) {
      const { status, text } = await post('signed in', body)
      expect([body, status < 500]).toEqual([body, true])
      expect(text).not.toMatch(
        /tracing|exception|stacktrace|originalError|node_modules|\/work\/|\.ts:|\.js:|at \w+ \(/i,
      )
    }
  })

  test.each([
    '?query=%7B__typename%7D&variables=%7B',
    '?query=%7B__typename%7D&extensions=x',
    '?variables=1',
    '?',
    '',
  ])('gets a clean answer to GET %s', async (search) => {
    const { status, body } = await send({
      search,
      headers: { cookie, 'graphql-require-preflight': '1', accept: 'application/graphql-response+json' },
    })
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { errors: [{ message: expect.any(String) as string }] },
    })
  })
})
