/** Changes of the list and of the criteria stand in the audit log: what was changed, and by whom. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, signIn, startServer, type TestServer } from '../../support/server.ts'

let server: TestServer
let demo: string
beforeAll(async () => {
  server = await startServer()
  demo = await signIn(server.url)
})
afterAll(() => server[Symbol.asyncDispose]())

interface Entry {
  action: string
  actor: { name: string } | null
  summary: string
  address: string | null
}

interface Entries {
  auditEntries: { edges: { node: Entry }[] }
}

const told = async (action: string) => {
  const { data } = await ask<Entries>(
    server.url,
    demo,
    `{ auditEntries(action: ${action}) { edges { node { action actor { name } summary address } } } }`,
  )
  return data.auditEntries.edges.map(({ node }) => node)
}

test.each([
  ['STOCK_ADDED', 'addStock(symbol: "zzza") { symbol }', 'Added ZZZA to the list.'],
  [
    'STOCK_CHANGED',
    'updateStock(symbol: "ZZZA", input: { active: false }) { symbol }',
    expect.stringMatching(/^Changed ZZZA: .*active.*\.$/),
  ],
  [
    'CRITERIA_CHANGED',
    'updateScanCriteria(input: { minOpenInterest: 7 }) { minOpenInterest }',
    'Changed what a scan keeps: minOpenInterest 7.',
  ],
])('%s', async (action, mutation, summary) => {
  const { errors } = await ask(server.url, demo, `mutation { ${mutation} }`)
  expect(errors).toBeUndefined()
  expect(await told(action)).toEqual([{ action, actor: { name: 'Demo' }, summary, address: '127.0.0.1' }])
})

test.each([
  ['STOCK_ADDED', 'addStock(symbol: "ZZZA") { symbol }'],
  ['STOCK_CHANGED', 'updateStock(symbol: "NONE", input: { active: false }) { symbol }'],
  ['CRITERIA_CHANGED', 'updateScanCriteria(input: { maxAbsDelta: 9 }) { maxAbsDelta }'],
])('%s is not said of what was refused', async (action, mutation) => {
  const before = await told(action)
  const { errors } = await ask(server.url, demo, `mutation { ${mutation} }`)
  expect(errors).toHaveLength(1)
  expect(await told(action)).toEqual(before)
})
