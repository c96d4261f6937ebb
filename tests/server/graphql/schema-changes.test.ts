import { describe, expect, test } from 'vitest'
import { breakingChanges } from '../../../scripts/schema-changes.ts'

const before = `
  type Query { stocks(active: Boolean): [Stock!]! }
  type Stock { symbol: String! name: String }
  enum Rating { GOOD HIGH }
`

describe('a change of the schema', () => {
  test.each([
    ['a new field', before.replace('name: String', 'name: String notes: String'), []],
    [
      'a new argument that may be left out',
      before.replace('active: Boolean', 'active: Boolean, first: Int'),
      [],
    ],
    ['a deprecation', before.replace('name: String', 'name: String @deprecated(reason: "Use symbol.")'), []],
    ['a field that is gone', before.replace(' name: String', ''), ['Stock.name was removed.']],
    [
      'an argument that is asked for',
      before.replace('active: Boolean', 'active: Boolean, first: Int!'),
      ['A required arg first on Query.stocks was added.'],
    ],
    [
      'a field that may now be null',
      before.replace('symbol: String!', 'symbol: String'),
      ['Stock.symbol changed type from String! to String.'],
    ],
    ['an enum value that is gone', before.replace(' HIGH', ''), ['HIGH was removed from enum type Rating.']],
  ])('%s breaks clients only if it does', (_name, after, expected) => {
    expect(breakingChanges(before, after)).toEqual(expected)
  })
})
