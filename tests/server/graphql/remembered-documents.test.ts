/** Documents that came before are neither parsed nor checked again, good ones and bad ones. */
import { beforeEach, expect, test } from 'vitest'
import { viewerFrom } from '../../../server/src/auth/viewer.ts'
import type { Api } from '../../../server/src/graphql/context.ts'
import { createGraphQL, type GraphQL } from '../../../server/src/graphql/graphql.ts'
import { prepared } from '../../../server/src/graphql/operation.ts'
import { silentLog } from '../../support/fakes.ts'

let graphql: GraphQL
let parsed: number
let checked: number

beforeEach(() => {
  parsed = 0
  checked = 0
  graphql = createGraphQL({
    api: {} as Api,
    requestTimeoutMs: 1_000,
    suggests: false,
    log: silentLog,
    plugins: [
      {
        onParse({ parseFn, setParseFn }) {
          setParseFn((source, options) => {
            parsed += 1
            return parseFn(source, options)
          })
        },
        onValidate({ validateFn, setValidationFn }) {
          setValidationFn((...args: Parameters<typeof validateFn>) => {
            checked += 1
            return validateFn(...args)
          })
        },
      },
    ],
  })
})

const ada = { id: 'ada', email: 'ada@example.com', name: 'Ada', role: 'VIEWER', isDemo: false } as const
const viewer = viewerFrom(ada, { kind: 'TOKEN', id: 'token', expiresAt: null })
const caller = { viewer, requestId: 'r', address: '127.0.0.1', ticket: null, answerWith: null }
const judge = (text: string) => prepared(graphql.getEnveloped, caller, text, {})

test('a good one', async () => {
  const first = await judge('{ scanStatus { seq } }')
  const again = await judge('{ scanStatus { seq } }')
  if (Array.isArray(first) || Array.isArray(again)) throw new Error('There is nothing wrong with them.')
  expect(again.document).toBe(first.document)
  await judge('{ scanStatus { epoch } }')
  expect([parsed, checked]).toEqual([2, 2])
})

test('one that asks for what there is not: refused every time, checked once', async () => {
  for (let n = 0; n < 3; n += 1)
    expect(await judge('{ scanStatus { seqq } }')).toMatchObject([
      {
        message: 'Cannot query field "seqq" on type "ScanStatus".',
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      },
    ])
  expect([parsed, checked]).toEqual([1, 1])
})

test('one that cannot be read: refused every time, read once', async () => {
  for (let n = 0; n < 3; n += 1)
    await expect(judge('{ scanStatus')).rejects.toMatchObject({
      extensions: { code: 'GRAPHQL_PARSE_FAILED' },
    })
  expect([parsed, checked]).toEqual([1, 0])
})
