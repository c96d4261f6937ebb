import { expect, it } from 'vitest'
import { highestOf, scopesFor } from '../../web/src/settings/scopes.ts'

it.each([
  ['VIEWER', ['READ']],
  ['TRADER', ['READ', 'SCAN']],
  ['ADMINISTRATOR', ['READ', 'SCAN', 'ADMIN']],
] as const)('a %s is offered %j for a token, and no more', (role, offered) => {
  expect(scopesFor(role).map(({ value }) => value)).toEqual(offered)
})

it.each([
  [['READ'], 'READ'],
  [['SCAN', 'READ'], 'SCAN'],
  [['ADMIN'], 'ADMIN'],
] as const)('a token with %j is named by the scope that includes the others', (scopes, highest) => {
  expect(highestOf([...scopes]).value).toBe(highest)
})
