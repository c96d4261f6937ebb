import type { ApiScope, UserRole } from '../gql/graphql.ts'

interface ScopeText {
  value: ApiScope
  name: string
  sentence: string
}

const read: ScopeText = {
  value: 'READ',
  name: 'Read',
  sentence: 'Read results, the list and scan runs, and follow scans.',
}

/** Each includes those before it. */
const scopes: ScopeText[] = [
  read,
  { value: 'SCAN', name: 'Scan', sentence: 'Start and cancel scans, too.' },
  {
    value: 'ADMIN',
    name: 'Administrate',
    sentence:
      'Edit the list and the criteria, read people and the audit log, too. Accounts stay out of reach.',
  },
]

const highest: Record<UserRole, ApiScope> = { VIEWER: 'READ', TRADER: 'SCAN', ADMINISTRATOR: 'ADMIN' }

/** What a token of somebody with this role can have. */
export const scopesFor = (role: UserRole): ScopeText[] =>
  scopes.slice(0, scopes.findIndex(({ value }) => value === highest[role]) + 1)

/** The one that includes the others. */
export const highestOf = (given: ApiScope[]): ScopeText =>
  scopes.findLast(({ value }) => given.includes(value)) ?? read
