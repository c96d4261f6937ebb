import { describe, expect, test } from 'vitest'
import { isReadable } from '../../../server/src/ready-answers/readable.ts'

const readable = { rootFields: new Set(['results', 'list']), volatile: new Set(['now']) }

describe('a document is readable', () => {
  test.each([
    ['{ results { a } }'],
    ['query Named { results { a { b } } list { c } __typename }'],
    ['{ results { ...F } } fragment F on R { a }'],
    ['{ ...Q } fragment Q on Query { results { a } }'],
    ['query ($f: F) { alias: results(filter: $f) { a } }'],
    ['{ results { ... on R { a } } ... { list { c } } }'],
  ])('%s', (text) => {
    expect(isReadable(text, null, readable)).toBe(true)
  })
})

describe('a document is not readable', () => {
  test.each([
    ['another root field', '{ results { a } viewer { id } }'],
    ['another root field behind an alias', '{ results: viewer { id } }'],
    ['another root field in a fragment', '{ ...Q } fragment Q on Query { viewer { id } }'],
    ['a volatile field', '{ results { market { now } } }'],
    ['a volatile field in a fragment', '{ results { ...F } } fragment F on R { market { now } }'],
    [
      'a fragment that is harmless below and not at the root',
      '{ results { ...F } ...F } fragment F on Query { viewer { id } }',
    ],
    ['a mutation', 'mutation { results { a } }'],
    ['a subscription', 'subscription { results { a } }'],
    ['two operations without a name', 'query A { results { a } } query B { results { a } }'],
    ['introspection', '{ __schema { types { name } } }'],
    ['no operation', 'fragment F on R { a }'],
    ['an unknown fragment', '{ results { ...Nobody } }'],
    ['no GraphQL', '{ results { a }'],
    ['a document beyond the tokens', `{ results { ${'a '.repeat(2_000)} } }`],
  ])('%s', (_name, text) => {
    expect(isReadable(text, null, readable)).toBe(false)
  })

  test('when the chosen operation is not', () => {
    const text = 'query A { results { a } } mutation B { start }'
    expect(isReadable(text, 'A', readable)).toBe(true)
    expect(isReadable(text, 'B', readable)).toBe(false)
    expect(isReadable(text, 'C', readable)).toBe(false)
  })

  test('a fragment that holds itself ends', () => {
    const text = '{ results { ...A } } fragment A on R { ...B } fragment B on R { a ...A }'
    expect(isReadable(text, null, readable)).toBe(true)
  })
})
