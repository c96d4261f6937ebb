/** Third-party clients: each comes with a token, scans, and follows the scan to its end, by the programs of docs/api.md. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { documentBounds } from '../../server/src/graphql/document-limits.ts'
import { MAX_COST } from '../../server/src/graphql/cost.ts'
import { guide, unpackExamples, type Examples } from '../support/examples.ts'
import { launch, type ServerProcess } from '../support/process.ts'
import { ask, createToken, signIn } from '../support/server.ts'
import { until } from '../support/until.ts'

const ENDED = /\d+ of \d+: Scan completed successfully at .+\n$/

let server: ServerProcess
let examples: Examples
let cookie: string

beforeAll(async () => {
  server = await launch({ DEMO_LATENCY_MS: '150', RATE_LIMIT_PER_MINUTE: '0' })
  cookie = await signIn(server.url)
  const token = await createToken(server.url, cookie, ['SCAN'])
  examples = unpackExamples({ WHEEL_URL: server.url, WHEEL_TOKEN: token })
})
afterAll(async () => {
  examples[Symbol.dispose]()
  await server[Symbol.asyncDispose]()
})

const over = () =>
  until(async () => {
    const { data } = await ask<{ scanStatus: { scanInProgress: boolean } }>(
      server.url,
      cookie,
      '{ scanStatus { scanInProgress } }',
    )
    return !data.scanStatus.scanInProgress
  })

test.each(['graphql-ws.ts', 'graphql-sse.ts', 'urql.ts', 'apollo-client.ts'])(
  '%s scans and follows the scan to its end',
  async (name) => {
    await over()
    const { code, output } = await examples.run(name)
    expect(output).toMatch(ENDED)
    expect(code).toBe(0)
    // The end of this scan, and not of one before.
    expect(output.split('\n').length).toBeGreaterThan(3)
  },
)

describe.skipIf(spawnSync('curl', ['--version']).error !== undefined)('with curl', () => {
  test('a query is answered', async () => {
    const { code, output } = await examples.run('curl-query')
    const { data } = JSON.parse(output) as { data: { scanResults: { tickers: unknown[] } } }
    expect(data.scanResults.tickers).toBeInstanceOf(Array)
    expect(code).toBe(0)
  })

  test('a mutation starts a scan, and server-sent events follow it', async () => {
    await over()
    const following = examples.run('curl-sse', /Scanning in progress[^]*Scan completed/)
    const { output } = await examples.run('curl-mutation')
    expect(JSON.parse(output)).toEqual({ data: { startScan: { __typename: 'ScanStarted' } } })
    expect((await following).output).toMatch(/^event: next\ndata: \{"data":\{"scanStatus"/m)
  })
})

const codesIn = (source: string) =>
  [...source.matchAll(/code: '([A-Z_]+)'|, '([A-Z]+_[A-Z_]+)', |code = '([A-Z_]+)'/g)].map((found) =>
    found.slice(1).join(''),
  )

describe('the guide', () => {
  test('explains every code that the server gives to programs', () => {
    const sources = fileURLToPath(new URL('../../server/src/', import.meta.url))
    const codes = new Set(
      ['.', 'graphql'].flatMap((folder) =>
        readdirSync(sources + folder)
          .filter((name) => name.endsWith('.ts'))
          .flatMap((name) => codesIn(readFileSync(`${sources}${folder}/${name}`, 'utf8'))),
      ),
    )
    expect(codes.size).toBeGreaterThan(10)
    expect([...codes].filter((code) => !guide.includes(`\`${code}\``))).toEqual([])
  })

  test('names the limits as they are', () => {
    const { characters, tokens, depth, rootFields, aliases, directives } = documentBounds
    for (const bound of [characters, tokens, MAX_COST]) expect(guide).toContain(bound.toLocaleString('en-US'))
    expect(guide).toContain(
      `${depth} levels, ${rootFields} fields at the top, ${aliases} aliases, ${directives} directives`,
    )
  })
})
