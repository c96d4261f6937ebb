/**
 * Who may use which field. Every field of Query, Mutation and Subscription names one of these rules; what is below it
 * belongs to whoever got that far. A test walks the schema and fails for a field without a rule.
 */
import { createGraphQLError } from '@graphql-tools/utils'
import type { GraphQLError } from 'graphql'
import type { Viewer } from '../auth/viewer.ts'

/** What a rule may ask for: a scope, or a person at a browser instead of a program with a token. */
export type AccessScope = 'read' | 'scan' | 'admin' | 'session'

export const rules = {
  /** Everybody. */
  read: { read: true },
  /** Traders and administrators. */
  scan: { scan: true },
  administer: { admin: true },
  /** One's own account: not for programs, whose tokens could otherwise make others. */
  ownAccount: { $all: { read: true, session: true } },
  /** Other people's accounts. */
  govern: { $all: { admin: true, session: true } },
} as const

export const scopesOfViewer = ({ scopes, credential }: Viewer): Record<AccessScope, boolean> => ({
  read: scopes.has('READ'),
  scan: scopes.has('SCAN'),
  admin: scopes.has('ADMIN'),
  session: credential.kind === 'SESSION',
})

/** Says what is missing: a token with more scopes, another role, or a person. */
export function forbidden(viewer: Viewer, rule: unknown): GraphQLError {
  const has = scopesOfViewer(viewer)
  const asked = JSON.stringify(rule ?? {})
  const lacks = (scope: AccessScope) => asked.includes(`"${scope}"`) && !has[scope]
  return createGraphQLError(sentence(viewer, lacks), { extensions: { code: 'FORBIDDEN' } })
}

/** The role first, then the person, then the scope: what another token could not mend is not blamed on the token. */
function sentence({ role }: Viewer, lacks: (scope: AccessScope) => boolean): string {
  if (lacks('admin') && role !== 'ADMINISTRATOR') return 'Only an administrator may do this.'
  if (lacks('scan') && role === 'VIEWER') return 'Only traders and administrators may do this.'
  if (lacks('session')) return 'This needs a person who is signed in: no API token may do it.'
  if (lacks('admin')) return 'This token may not do that: it needs the scope ADMIN.'
  if (lacks('scan')) return 'This token may not do that: it needs the scope SCAN.'
  return 'You may not do this.'
}
