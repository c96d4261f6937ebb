import { expect, it } from 'vitest'
import { returnPath } from '../../web/src/auth/return-path.ts'

const origin = 'http://127.0.0.1:4000'

it.each([
  ['/stocks?q=a', '/stocks?q=a'],
  ['/graphql', '/graphql'],
  [null, '/'],
  ['', '/'],
  ['stocks', '/'],
  ['https://evil.example/', '/'],
  ['//evil.example/', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/sign-in?next=/sign-in', '/'],
  ['/set-up', '/'],
  ['/join', '/'],
  ['/reset-password', '/'],
  ['/settings/tokens', '/settings/tokens'],
])('asked for %j, leads to %s', (asked, path) => {
  expect(returnPath(asked, origin)).toBe(path)
})
