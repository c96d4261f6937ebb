/** How large an operation may be, how long it may take, and that what people really send is far from it. */
import { readFileSync } from 'node:fs'
import { getIntrospectionQuery, getOperationAST, Kind, type DocumentNode } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MAX_COST, totalCost } from '../../../server/src/graphql/cost.ts'
import { documentBounds } from '../../../server/src/graphql/document-limits.ts'
import { schema } from '../../../server/src/graphql/schema.ts'
import * as page from '../../../web/src/gql/graphql.ts'
import { signIn, socketClient, startServer, type TestServer } from '../../support/server.ts'

let server: TestServer
let cookie: string

beforeAll(async () => {
  server = await startServer({ DEMO_LATENCY_MS: '5' })
  cookie = await signIn(server.url)
})
afterAll(() => server[Symbol.asyncDispose]())

interface Answer {
  data?: unknown
  errors?: readonly { message: string; extensions?: { code?: string; http?: unknown } }[]
}

type Transport = 'HTTP' | 'WebSocket'

interface Place {
  url: string
  cookie: string
}

async function overHttp(query: string, variables: object, { url, cookie }: Place): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify({ query, variables }),
  })
  const answer = (await response.json()) as Answer
  const codes = answer.errors?.map(({ extensions }) => extensions?.code) ?? []
  expect(response.status).toBe(codes.includes('TIMEOUT') ? 503 : codes.some(isOurs) ? 400 : 200)
  return answer
}

/** The others are GraphQL's own, of which the specification has it that they are answered with 200. */
const isOurs = (code?: string) => code !== undefined && !code.startsWith('GRAPHQL_')

function overSocket(
  query: string,
  variables: Record<string, unknown>,
  { url, cookie }: Place,
): Promise<Answer> {
  const client = socketClient(url, cookie)
  return new Promise<Answer>((resolve) => {
    client.subscribe(
      { query, variables },
      {
        next: (answer) => resolve(answer as Answer),
        error: (errors) => resolve({ errors: errors as Answer['errors'] & object }),
        complete: () => {},
      },
    )
  }).finally(() => void client.dispose())
}

const send = (
  transport: Transport,
  query: string,
  variables: Record<string, unknown> = {},
  place: Place = { url: server.url, cookie },
) => (transport === 'WebSocket' ? overSocket : overHttp)(query, variables, place)

const many = (count: number, piece: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => piece(index)).join(' ')
/** As deep as wanted, through fragments. */
const deep = `{ viewer { ${'... on User { '.repeat(20)} id ${'} '.repeat(20)} } }`
const tooDeep = `{ __schema { ${'queryType { fields { type { '.repeat(6)} name ${'} } } '.repeat(6)} } }`
const dear = `{ ${many(5, (index) => `a${index}: scanResults { tickers { options { ${many(40, () => 'id strike')} } } }`)} }`

const refused: [what: string, query: string, code: string, variables?: Record<string, unknown>][] = [
  ['too many tokens', `{ ${many(documentBounds.tokens, () => '__typename')} }`, 'DOCUMENT_TOO_LARGE'],
  ['one endless comment', `# ${'x'.repeat(documentBounds.characters)}\n{ __typename }`, 'DOCUMENT_TOO_LARGE'],
  ['brackets without end', `{ a(b: ${'['.repeat(5_000)}`, 'DOCUMENT_TOO_LARGE'],
  ['too many fields at the top', `{ ${many(21, () => '__typename')} }`, 'TOO_MANY_FIELDS'],
  [
    'the same, through a fragment',
    `{ ...A ...A } fragment A on Query { ${many(11, () => '__typename')} }`,
    'TOO_MANY_FIELDS',
  ],
  ['too many aliases', `{ ${many(16, (index) => `a${index}: __typename`)} }`, 'TOO_MANY_ALIASES'],
  [
    'too many aliases below the top',
    `{ viewer { ${many(16, (index) => `a${index}: id`)} } }`,
    'TOO_MANY_ALIASES',
  ],
  ['too many directives', `{ viewer { id ${many(9, () => '@include(if: true)')} } }`, 'TOO_MANY_DIRECTIVES'],
  ['introspection without end', tooDeep, 'TOO_DEEP'],
  ['what costs too much', dear, 'TOO_COMPLEX'],
  ['a page that is too long', '{ people(first: 10000) { edges { node { id } } } }', 'TOO_COMPLEX'],
  [
    'the same, by a variable',
    'query ($n: Int!) { people(first: $n) { edges { node { id } } } }',
    'TOO_COMPLEX',
    { n: 10_000 },
  ],
  [
    'a list that is too long',
    '{ __typename }',
    'LIST_TOO_LONG',
    { list: Array.from({ length: 1_001 }, () => 0) },
  ],
  [
    'variables that nest too deep',
    '{ __typename }',
    'TOO_DEEP',
    { a: JSON.parse('['.repeat(50) + ']'.repeat(50)) as unknown },
  ],
]

describe.each<Transport>(['HTTP', 'WebSocket'])('over %s', (transport) => {
  test.each(refused)('%s is refused, with a code', async (_what, query, code, variables) => {
    const { data, errors } = await send(transport, query, variables)
    expect(data ?? null).toBeNull()
    expect(errors).toMatchObject([{ message: expect.any(String) as string, extensions: { code } }])
    expect(errors?.[0]?.extensions).not.toHaveProperty('http')
  })

  test('what is just within the limits is answered', async () => {
    const within = [
      `{ ${many(15, (index) => `a${index}: __typename`)} }`,
      `{ ${many(20, () => '__typename')} }`,
      `{ ${many(8, (index) => `a${index}: __typename @include(if: true)`)} }`,
      deep,
      '{ people(first: 100) { edges { cursor node { id name email } } pageInfo { hasNextPage endCursor } } }',
      getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }),
    ]
    for (const query of within) expect((await send(transport, query)).errors).toBeUndefined()
  })

  test('a socket, or a server, lives on after all of that', async () => {
    expect(await send(transport, '{ __typename }')).toMatchObject({ data: { __typename: 'Query' } })
  })
})

test('fragments that spread each other in circles end in an answer', async () => {
  const { errors } = await send(
    'HTTP',
    '{ ...A } fragment A on Query { viewer { id } ...B } fragment B on Query { ...A ...A }',
  )
  expect(errors?.[0]?.extensions?.code).toBe('GRAPHQL_VALIDATION_FAILED')
})

test('fragments that double each other are measured without being spelled out', async () => {
  const fragments = many(40, (index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`)
  const began = performance.now()
  const { errors } = await send('HTTP', `{ ...F0 } ${fragments} fragment F40 on Query { __typename }`)
  expect(errors?.[0]?.extensions?.code).toBe('TOO_MANY_FIELDS')
  expect(performance.now() - began).toBeLessThan(1_000)
})

test('whatever the page reads or follows costs less than half of what it may', () => {
  const documents = Object.values(page as unknown as Record<string, DocumentNode>).filter(
    (value) => typeof value === 'object' && value.kind === Kind.DOCUMENT && isRead(value),
  )
  expect(documents.length).toBeGreaterThan(5)
  const variableValues = { contractId: 'x', id: 'x', symbol: 'AAPL', first: 100 }
  for (const document of documents)
    expect(totalCost({ schema, document, variableValues })).toBeLessThan(MAX_COST / 2)
})

const isRead = (document: DocumentNode) =>
  ['query', 'subscription'].includes(getOperationAST(document)?.operation ?? 'fragment')

describe('the time of a request', () => {
  test.each<Transport>(['HTTP', 'WebSocket'])(
    'is bounded over %s, and then others still get answers',
    async (transport) => {
      await using server = await startServer({ REQUEST_TIMEOUT_MS: '200' })
      const cookie = await signIn(server.url)
      server.deps.api.nextScheduledScan = () => new Promise(() => {}) as never
      const ask = (query: string) => send(transport, query, {}, { url: server.url, cookie })
      const late = await ask('{ nextScheduledScan }')
      expect(late).toMatchObject({ errors: [{ extensions: { code: 'TIMEOUT' } }] })
      expect(await ask('{ __typename }')).toMatchObject({ data: { __typename: 'Query' } })
    },
  )
})

test('the examples of GraphiQL pass', async () => {
  const source = readFileSync(new URL('../../../server/src/graphiql.ts', import.meta.url), 'utf8')
  const examples = [...source.matchAll(/`(# [^`]*)`/g)].map(([, example]) => example ?? '')
  expect(examples.length).toBeGreaterThan(2)
  for (const example of examples) {
    if (example.includes('subscription')) continue
    expect([example, (await send('HTTP', example)).errors]).toEqual([example, undefined])
  }
})
