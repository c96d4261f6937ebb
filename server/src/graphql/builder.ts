/** The schema builder: which types exist in TypeScript, nothing about the schema itself. */
import SchemaBuilder from '@pothos/core'
import ScopeAuthPlugin from '@pothos/plugin-scope-auth'
import { createGraphQLError } from 'graphql-yoga'
import type { Instant, IsoDate } from '../scan/model.ts'
import type { GraphQLContext } from './context.ts'

export const builder = new SchemaBuilder<{
  Context: GraphQLContext
  DefaultFieldNullability: false
  Scalars: {
    Date: { Input: IsoDate; Output: IsoDate }
    DateTime: { Input: Instant; Output: Instant }
    ID: { Input: string; Output: string }
  }
  AuthScopes: { administrator: boolean }
}>({
  plugins: [ScopeAuthPlugin],
  defaultFieldNullability: false,
  scopeAuth: {
    authScopes: ({ viewer }) => ({ administrator: viewer.role === 'ADMINISTRATOR' }),
    unauthorizedError: () =>
      createGraphQLError('Only an administrator may do this.', { extensions: { code: 'FORBIDDEN' } }),
  },
})

const asText = (value: unknown) => String(value)

builder.scalarType('Date', { description: 'A calendar day in New York, `YYYY-MM-DD`.', serialize: asText })
builder.scalarType('DateTime', {
  description: 'An instant, ISO 8601 in UTC, e.g. `2026-05-29T19:44:27.000Z`.',
  serialize: asText,
})

builder.queryType({ description: 'Reading. Every field needs a signed-in person.' })
builder.mutationType({ description: 'Doing. Every field needs a signed-in person.' })
builder.subscriptionType({
  description: 'Following, over WebSocket (graphql-transport-ws) or server-sent events.',
})
