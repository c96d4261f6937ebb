/** Long lists, a page at a time, over HTTP; the audit log, the fastest to grow, is in accounts.test.ts. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { join } from '../../support/people.ts'
import { ask, signIn, startServer, type TestServer } from '../../support/server.ts'
import { until } from '../../support/until.ts'

let server: TestServer
let demo: string
beforeAll(async () => {
  server = await startServer({ DEMO_LATENCY_MS: '20' })
  demo = await signIn(server.url)
})
afterAll(() => server[Symbol.asyncDispose]())

interface Page {
  edges: { cursor: string; node: { id: string } }[]
  pageInfo: {
    hasNextPage: boolean
    hasPreviousPage: boolean
    startCursor: string | null
    endCursor: string | null
  }
}

const page = (list: string, variables: object) =>
  ask<Record<string, Page>>(
    server.url,
    demo,
    `query ($first: Int, $after: String) { ${list}(first: $first, after: $after) {
      edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
    variables,
  )

async function read(list: string, first: number, after: string | null = null): Promise<Page> {
  const { data, errors } = await page(list, { first, after })
  const found = data[list]
  if (found === undefined) throw new Error(JSON.stringify(errors))
  return found
}

const idsIn = ({ edges }: Page) => edges.map(({ node }) => node.id)

/** What makes a list one longer. */
const arrivals: Record<string, () => Promise<unknown>> = {
  people: () => join(server, demo, 'VIEWER'),
  invitations: () => ask(server.url, demo, 'mutation { invite(input: { role: VIEWER }) { link } }'),
  async scanRuns() {
    const before = idsIn(await read('scanRuns', 100)).length
    await ask(server.url, demo, 'mutation { startScan { __typename } }')
    await until(async () => idsIn(await read('scanRuns', 100)).length === before + 1)
    await ask(server.url, demo, 'mutation { cancelScan { __typename } }')
  },
}

describe.each(Object.entries(arrivals))('%s', (list, arrive) => {
  test('are read page by page, without gaps and repeats while new ones arrive', async () => {
    for (let count = 0; count < 5; count += 1) await arrive()
    const all = idsIn(await read(list, 100))
    expect(all.length).toBeGreaterThanOrEqual(5)
    const seen: string[] = []
    let after: string | null = null
    for (;;) {
      const { edges, pageInfo }: Page = await read(list, 2, after)
      expect(pageInfo).toMatchObject({
        hasPreviousPage: false,
        startCursor: edges[0]?.cursor,
        endCursor: edges.at(-1)?.cursor,
      })
      seen.push(...edges.map(({ node }) => node.id))
      await arrive()
      if (!pageInfo.hasNextPage) break
      after = pageInfo.endCursor
    }
    expect(seen).toEqual(all)
    const pages = Math.ceil(all.length / 2)
    expect(idsIn(await read(list, 100)).slice(pages)).toEqual(all)
  })

  test('have an empty page after the last', async () => {
    const last = (await read(list, 100)).pageInfo.endCursor
    expect(await read(list, 100, last)).toEqual({
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    })
  })

  test('begin with the newest when nothing is said, or null', async () => {
    const whole = idsIn(await read(list, 20))
    for (const variables of [{}, { first: null, after: null }]) {
      const { data } = await page(list, variables)
      const found = data[list]
      expect(found && idsIn(found)).toEqual(whole)
    }
  })

  test.each([
    { first: 0 },
    { first: -1 },
    { first: 101 },
    { first: 5, after: '' },
    { first: 5, after: 'nonsense' },
    { first: 5, after: Buffer.from("2026-01-01T00:00:00.000Z ' OR 1=1").toString('base64url') },
  ])('refuse %j', async (variables) => {
    expect((await page(list, variables)).errors?.[0]?.extensions?.code).toBe('BAD_INPUT')
  })
})
