/** Compiled queries answer what interpreted ones do, to the letter; and only where answers are kept. */
import { execute, parse, type ExecutionArgs, type ExecutionResult } from 'graphql'
import { describe, expect, test, vi } from 'vitest'
import { compiledQueries } from '../../../server/src/graphql/compiled.ts'
import type { Stringified } from '../../../server/src/graphql/compiler.ts'
import { schema } from '../../../server/src/graphql/schema.ts'
import { viewScan, type ScanView } from '../../../server/src/scan/view.ts'
import { defaultCriteria, outcome, row, stock } from '../../support/fakes.ts'

const view: ScanView = viewScan(
  {
    epoch: 'e',
    seq: 7,
    edition: null,
    state: 'COMPLETED',
    scanInProgress: false,
    runId: 'run',
    lastRun: 'Scan completed',
    startedAt: '2025-06-06T19:30:00.000Z',
    finishedAt: null,
    progress: { done: 2, total: 2, current: [] },
    tickers: [row('AAPL'), row('MSFT')],
    outcomes: [outcome('AAPL'), outcome('XYZ', { message: 'The provider did not answer.' })],
    corrupt: [],
  },
  [stock('AAPL')],
  [row('AAPL').source],
)

const ticket = { version: 'v', spoil() {}, until() {} }
const context = {
  viewer: { role: 'VIEWER', scopes: new Set(['READ']), credential: { kind: 'SESSION' } },
  scanner: { results: async () => view },
  curatedList: { stocks: async () => [stock('AAPL')], list: async () => [stock('AAPL')] },
  marketData: { description: 'a test', simulated: true },
  criteria: { current: async () => defaultCriteria },
  marketHours: { isOpen: () => true, opensAt: () => null },
  clock: { now: () => 0, marketNow: () => 0 },
  resultsLifetimeMs: 1_000,
  isLocalEnvironment: true,
  ticket,
}

/** As Envelop calls it, once for each execution. */
function server() {
  const { onExecute } = compiledQueries()
  const interpreted = vi.fn((args: ExecutionArgs) => execute(args))
  return {
    interpreted,
    async ask(args: Omit<ExecutionArgs, 'schema' | 'contextValue'>, ownContext: object = context) {
      let run = interpreted as (args: ExecutionArgs) => unknown
      const whole = { schema, contextValue: ownContext, ...args }
      await onExecute?.({ args: whole, executeFn: run, setExecuteFn: (next: never) => (run = next) } as never)
      const result = (await run(whole)) as Stringified
      return JSON.parse(result.stringify?.() ?? JSON.stringify(result)) as ExecutionResult
    },
  }
}

const ROWS = `tickers {
  id symbol rating quality underlyingPrice quotedAt
  stock { symbol intrinsicValue discountPercent preferredModel }
  rejections { reason count }
  options { id side expiration strike bid ask delta impliedVolatility rating quality { grade issues { code text } } }
}`

const queries: [string, string, Record<string, unknown>?][] = [
  ['rows', `{ scanResults { lastRun seq source ${ROWS} } }`],
  [
    'aliases and fragments',
    `query { a: scanResults { ...R } b: scanResults { seq } } fragment R on ScanResults { n: seq ${ROWS} }`,
  ],
  [
    'criteria, outcomes and the market',
    '{ scanResults { criteria { side minAnnualizedReturn } outcomes { symbol message } market { isOpen opensAt } } }',
  ],
  [
    'a status',
    '{ scanStatus { state progress { done } failures { symbol message } changedTickers { symbol } } __typename }',
  ],
  ['inline fragments and __typename', '{ __typename scanResults { __typename ... on ScanResults { seq } } }'],
  [
    'what is skipped',
    'query ($on: Boolean!) { scanResults { seq @include(if: $on) epoch @skip(if: $on) } }',
    { on: true },
  ],
  [
    'what is not',
    'query ($on: Boolean!) { scanResults { seq @include(if: $on) epoch @skip(if: $on) } }',
    { on: false },
  ],
  [
    'a filter',
    'query ($f: ScanFilter) { scanResults(filter: $f) { seq } }',
    { f: { symbols: ['AAPL'], minVolume: 2 } },
  ],
  [
    'variables that are wrong',
    'query ($f: ScanFilter) { scanResults(filter: $f) { seq } }',
    { f: { minVolume: 'many' } },
  ],
  ['a variable that is missing', 'query ($on: Boolean!) { scanResults { seq @include(if: $on) } }', {}],
]

describe('a query that comes again', () => {
  test.each(queries)('answers the same: %s', async (_name, text, variableValues = {}) => {
    const { ask, interpreted } = server()
    const document = parse(text)
    const expected = await ask({ document, variableValues })
    await ask({ document, variableValues })
    expect(interpreted).toHaveBeenCalledTimes(2)
    expect(await ask({ document, variableValues })).toEqual(expected)
    // What is wrong is told by the one who always tells it.
    expect(interpreted).toHaveBeenCalledTimes(expected.data === undefined ? 3 : 2)
  })

  test('fails the same way', async () => {
    const { ask } = server()
    const document = parse('{ scanResults { seq } }')
    const broken = { ...context, scanner: { results: async () => Promise.reject(new Error('no')) } }
    const expected = await ask({ document }, broken)
    await ask({ document }, broken)
    const compiled = await ask({ document }, broken)
    expect(compiled).toEqual(expected)
    expect(compiled.errors?.[0]).toMatchObject({ message: 'no', path: ['scanResults'] })
  })

  test('is told apart from the other operations of its document', async () => {
    const { ask } = server()
    const document = parse('query A { scanResults { seq } } query B { scanResults { epoch } }')
    for (let time = 0; time < 4; time += 1) {
      expect((await ask({ document, operationName: 'A' })).data).toEqual({ scanResults: { seq: 7 } })
      expect((await ask({ document, operationName: 'B' })).data).toEqual({ scanResults: { epoch: 'e' } })
    }
  })
})

test.each([
  ['an answer that is not kept', '{ scanResults { seq } }', { ...context, ticket: null }],
  ['a mutation', 'mutation { cancelScan { __typename } }', context],
])('%s is always interpreted', async (_name, text, ownContext) => {
  const { ask, interpreted } = server()
  const document = parse(text)
  for (let time = 0; time < 4; time += 1) await ask({ document }, ownContext)
  expect(interpreted).toHaveBeenCalledTimes(4)
})
