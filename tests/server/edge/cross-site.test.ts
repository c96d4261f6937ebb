/** What a browser says of a request, and what is believed of it. */
import { expect, test } from 'vitest'
import { isForeignOrigin, isPreflighted } from '../../../server/src/cross-site.ts'

const fetched = (site: string, mode = 'cors') => ({ 'sec-fetch-site': site, 'sec-fetch-mode': mode })

test.each<[string, Record<string, string>, boolean]>([
  ['a program', {}, false],
  ['a page of ours', { ...fetched('same-origin'), host: 'wheel:1', origin: 'http://wheel:1' }, false],
  ['a page of another site', { host: 'wheel:1', origin: 'https://evil.example' }, true],
  ['an origin that is none', { host: 'wheel:1', origin: 'null' }, true],
  ['another site that sends no origin', fetched('cross-site', 'no-cors'), true],
])('%s is foreign: %#', (_who, headers, isForeign) => {
  expect(isForeignOrigin(new Headers(headers))).toBe(isForeign)
})

test.each<[string, Record<string, string>, boolean]>([
  ['a page of ours that asks', fetched('same-origin'), true],
  ['a link on a page of ours', fetched('same-origin', 'navigate'), false],
  ['an image on a page of ours', fetched('same-origin', 'no-cors'), false],
  ['the address bar', fetched('none', 'navigate'), false],
  ['a page of the same site', fetched('same-site'), false],
  ['a page of another site', fetched('cross-site', 'no-cors'), false],
  ['somebody who says nothing', {}, false],
  ['a token', { authorization: 'Bearer wa_x' }, true],
  ['a header that needs a preflight', { 'graphql-require-preflight': '1' }, true],
])('%s cannot be another site’s doing: %#', (_who, headers, isOurs) => {
  expect(isPreflighted(new Headers(headers))).toBe(isOurs)
})
