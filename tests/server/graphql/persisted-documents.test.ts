/** Operations that are named by their hash. */
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPersistedDocuments } from '../../../server/src/graphql/persisted-documents.ts'
import { readPageDocuments } from '../../../server/src/page-documents.ts'
import { signIn, startServer, type TestServer } from '../../support/server.ts'

const QUERY = 'query Known { __typename }'
const hash = createHash('sha256').update(QUERY).digest('hex')
const named = (sha256Hash: unknown) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } })

describe('the document of a request', () => {
  const { documentOf } = createPersistedDocuments(new Map([[hash, QUERY]]))

  test.each([
    ['its own', { query: '{ other }' }, '{ other }'],
    ['its own, whatever it names', { query: '{ other }', ...named(hash) }, '{ other }'],
    ['the one that it names', named(hash), QUERY],
    ['the one that it names, with an empty query', { query: '', ...named(hash) }, QUERY],
    ['none', {}, undefined],
    ['none, for extensions of another kind', { extensions: { other: 1 } }, undefined],
    ['none, for a hash that is none', named({ toString: 1 }), undefined],
    ['none, for nothing where the hash should be', { extensions: { persistedQuery: null } }, undefined],
  ])('is %s', (_case, params, document) => {
    expect(documentOf(params)).toBe(document)
  })

  test.each(['0'.repeat(64), '__proto__', 'toString'])('%s is known to nobody', (unknown) => {
    expect(() => documentOf(named(unknown))).toThrow('PersistedQueryNotFound')
  })
})

describe('the manifest of the page', () => {
  test('is read, and a missing one is an empty one', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'wheel-documents-')), 'persisted-documents.json')
    expect(readPageDocuments(file).size).toBe(0)
    writeFileSync(file, JSON.stringify({ [hash]: QUERY }))
    expect(readPageDocuments(file)).toEqual(new Map([[hash, QUERY]]))
  })
})

describe('over HTTP', () => {
  let server: TestServer
  let cookie: string
  beforeAll(async () => {
    server = await startServer()
    cookie = await signIn(server.url)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test.each(['application/json', 'application/graphql-response+json'])(
    'an unknown hash is answered so that clients of %s send the document',
    async (accept) => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie, accept },
        body: JSON.stringify(named(hash)),
      })
      expect([response.status, await response.json()]).toEqual([
        404,
        {
          errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
        },
      ])
    },
  )
})
