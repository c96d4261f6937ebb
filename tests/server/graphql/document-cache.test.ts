/** Documents that are kept parsed: those used last, and never more than a few. */
import { expect, test } from 'vitest'
import { createDocumentCache } from '../../../server/src/graphql/document-cache.ts'

test('of too many, the one that nobody has asked for longest goes', () => {
  const cache = createDocumentCache<number>(2)
  cache.set('a', 1)
  cache.set('b', 2)
  cache.get('a')
  cache.set('c', 3)
  expect(['a', 'b', 'c'].map((text) => cache.get(text))).toEqual([1, undefined, 3])
})

test('what is set again is kept once', () => {
  const cache = createDocumentCache<number>(2)
  for (const parsed of [1, 2, 3]) cache.set('a', parsed)
  cache.set('b', 4)
  expect([cache.get('a'), cache.get('b')]).toEqual([3, 4])
})
