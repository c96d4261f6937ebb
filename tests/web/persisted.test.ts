import { parse } from 'graphql'
import { expect, it } from 'vitest'
import { hashOf, isUnknownHash } from '../../web/src/persisted.ts'

it('a document that was generated carries its hash, any other none', () => {
  const document = parse('{ viewer { id } }')
  expect(hashOf(document)).toBeNull()
  expect(hashOf({ ...document, __meta__: { hash: 'ab' } } as typeof document)).toBe('ab')
})

it.each([
  [[{ message: 'PersistedQueryNotFound' }], true],
  [[{ message: 'Something else' }], false],
  [[null], false],
  [new Error('PersistedQueryNotFound'), false],
  [undefined, false],
])('of %j, the document is sent in full: %s', (problem, unknown) => {
  expect(isUnknownHash(problem)).toBe(unknown)
})
