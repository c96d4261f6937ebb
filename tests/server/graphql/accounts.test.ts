/** What belongs to somebody else is neither seen nor touched, and cannot be told from what does not exist. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { anotherBrowser, join, type Joined } from '../../support/people.ts'
import { ask, createToken, signIn, startServer, type TestServer } from '../../support/server.ts'
import { until } from '../../support/until.ts'

let server: TestServer
let demo: string
let ann: Joined
let bob: Joined
beforeAll(async () => {
  server = await startServer({ DEMO_LATENCY_MS: '1' })
  demo = await signIn(server.url)
  ann = await join(server, demo, 'TRADER')
  bob = await join(server, demo, 'TRADER')
})
afterAll(() => server[Symbol.asyncDispose]())

const as = <T>(person: Joined | string, query: string, variables: object = {}) =>
  ask<T>(server.url, typeof person === 'string' ? person : person.cookie, query, variables)

describe('what is somebody else’s', () => {
  const idsOf = {
    apiTokens: async (person: Joined) =>
      (await as<{ apiTokens: { id: string }[] }>(person, '{ apiTokens { id } }')).data.apiTokens,
    sessions: async (person: Joined) =>
      (await as<{ sessions: { id: string }[] }>(person, '{ sessions { id } }')).data.sessions,
  }

  test.each([
    ['revokeApiToken', 'apiTokens'],
    ['endSession', 'sessions'],
  ] as const)('%s does not touch it, not even by an administrator', async (mutation, list) => {
    await createToken(server.url, ann.cookie)
    const before = await idsOf[list](ann)
    const run = (person: Joined | string, id: string | undefined) =>
      as(person, `mutation ($id: ID!) { ${mutation}(id: $id) { id } }`, { id })
    for (const other of [bob, demo]) {
      const theirs = await run(other, before[0]?.id)
      const none = await run(other, '00000000-0000-0000-0000-000000000000')
      expect(theirs.errors?.[0]?.extensions?.code).toBe('NOT_FOUND')
      expect(theirs.errors?.[0]?.message).toBe(none.errors?.[0]?.message)
    }
    expect(before).not.toEqual([])
    expect(await idsOf[list](ann)).toEqual(before)
  })

  test('lists of one’s own hold nobody else’s', async () => {
    await createToken(server.url, ann.cookie)
    const { data } = await as<{ apiTokens: object[]; sessions: object[] }>(
      bob,
      '{ apiTokens { id } sessions { id } }',
    )
    expect(data.apiTokens).toEqual([])
    expect(data.sessions).toHaveLength(1)
    // Ending all others ends nobody else's.
    await as(bob, 'mutation { endOtherSessions }')
    expect((await as(ann, '{ viewer { id } }')).errors).toBeUndefined()
  })

  test('who scanned is told to administrators and to that person', async () => {
    await as(ann, 'mutation { startScan { __typename } }')
    interface Runs {
      scanRuns: { edges: { node: { state: string; startedBy: { id: string } | null } }[] }
    }
    const latest = async (person: Joined | string) =>
      (await as<Runs>(person, '{ scanRuns(first: 1) { edges { node { state startedBy { id } } } } }')).data
        .scanRuns.edges[0]?.node
    await until(async () => (await latest(demo))?.state === 'COMPLETED')
    expect((await latest(demo))?.startedBy).toEqual({ id: ann.id })
    expect((await latest(ann))?.startedBy).toEqual({ id: ann.id })
    expect((await latest(bob))?.startedBy).toBeNull()
  })

  test.each([
    ['changeRole', '(personId: $id, role: VIEWER) { id }'],
    ['disablePerson', '(personId: $id) { id }'],
    ['enablePerson', '(personId: $id) { id }'],
    ['endSessionsOf', '(personId: $id)'],
    ['createPasswordResetLink', '(personId: $id) { link }'],
    ['revokeInvitation', '(id: $id) { id }'],
  ])('%s is refused before the id is looked at, and not found for administrators', async (mutation, rest) => {
    const run = (person: Joined | string, id: string) =>
      as(person, `mutation ($id: ID!) { ${mutation}${rest} }`, { id })
    for (const id of [ann.id, 'none'])
      expect((await run(bob, id)).errors?.[0]?.extensions?.code).toBe('FORBIDDEN')
    expect((await run(demo, 'none')).errors?.[0]?.extensions?.code).toBe('NOT_FOUND')
    expect((await as(ann, '{ viewer { role } }')).data).toEqual({ viewer: { role: 'TRADER' } })
  })
})

describe('a session that ends', () => {
  test('is dead at once, although credentials are remembered', async () => {
    const other = await anotherBrowser(server, bob)
    expect((await as(other, '{ viewer { id } }')).data).toEqual({ viewer: { id: bob.id } })
    await as(bob, 'mutation { endOtherSessions }')
    expect((await as(other, '{ viewer { id } }')).errors?.[0]?.extensions?.code).toBe('UNAUTHENTICATED')
  })
})

describe('pages', () => {
  interface Entries {
    auditEntries: {
      edges: { node: { id: string } }[]
      pageInfo: { hasNextPage: boolean; endCursor: string | null }
    }
  }
  const page = (first: number, after: string | null) =>
    as<Entries>(
      demo,
      'query ($first: Int, $after: String) { auditEntries(first: $first, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }',
      { first, after },
    )

  const cursor = (at: string, id: string) => Buffer.from(`${at} ${id}`).toString('base64url')

  test('have no gaps and no repeats while new entries arrive', async () => {
    const all = (await page(100, null)).data.auditEntries.edges.map(({ node }) => node.id)
    const read: string[] = []
    let after: string | null = null
    for (;;) {
      const { edges, pageInfo }: Entries['auditEntries'] = (await page(3, after)).data.auditEntries
      read.push(...edges.map(({ node }) => node.id))
      await createToken(server.url, ann.cookie)
      if (!pageInfo.hasNextPage) break
      after = pageInfo.endCursor
    }
    expect(read).toEqual(all)
    expect(all.length).toBeGreaterThan(5)
  })

  test.each([
    [0, null],
    [101, null],
    [-1, null],
    [5, 'nonsense'],
    [5, ''],
    [5, cursor('2026-13-45T00:00:00.000Z', 'x')],
    [5, cursor('-004799-01-01T00:00:00.000Z', 'x')],
    [5, cursor('0000-01-01T00:00:00.000Z', 'x')],
    [5, cursor('2026-01-01T00:00:00.000Z', 'a\0b')],
    [5, cursor('2026-01-01T00:00:00.000Z', '')],
  ])('first %j after %j is refused', async (first, after) => {
    expect((await page(first, after)).errors?.[0]?.extensions?.code).toBe('BAD_INPUT')
  })
})

test('edits of the list and the criteria are in the audit log, with who made them', async () => {
  await as(demo, 'mutation { addStock(symbol: "ORCL", name: "Oracle") { id } }')
  await as(
    demo,
    'mutation { updateStock(symbol: "ORCL", input: { notes: "secret thoughts", intrinsicValueEps: { value: 120 } }) { id } }',
  )
  await as(demo, 'mutation { updateScanCriteria(input: { maxAbsDelta: 0.25 }) { side } }')
  const { data } = await as<{
    auditEntries: { edges: { node: { summary: string; actor: { name: string } } }[] }
  }>(demo, '{ auditEntries(first: 3) { edges { node { summary actor { name } } } } }')
  expect(data.auditEntries.edges.map(({ node }) => node)).toEqual([
    { summary: 'Changed what a scan keeps: maxAbsDelta 0.25.', actor: { name: 'Demo' } },
    { summary: 'Changed ORCL: notes, intrinsicValueEps 120.', actor: { name: 'Demo' } },
    { summary: 'Added ORCL to the list.', actor: { name: 'Demo' } },
  ])
})
