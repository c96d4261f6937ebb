/** The schema builder: which types exist in TypeScript, nothing about the schema itself. */
import SchemaBuilder from '@pothos/core'
import ComplexityPlugin from '@pothos/plugin-complexity'
import ScopeAuthPlugin from '@pothos/plugin-scope-auth'
import type { Instant, IsoDate } from '../scan/model.ts'
import { forbidden, scopesOfViewer, type AccessScope } from './access.ts'
import type { GraphQLContext } from './context.ts'
import { costOf } from './cost.ts'

export const builder = new SchemaBuilder<{
  Context: GraphQLContext
  DefaultFieldNullability: false
  Scalars: {
    Date: { Input: IsoDate; Output: IsoDate }
    DateTime: { Input: Instant; Output: Instant | Date }
    ID: { Input: string; Output: string }
  }
  AuthScopes: Record<AccessScope, boolean>
}>({
  plugins: [ComplexityPlugin, ScopeAuthPlugin],
  complexity: { fieldComplexity: costOf },
  defaultFieldNullability: false,
  scopeAuth: {
    authScopes: ({ viewer }) => scopesOfViewer(viewer),
    // Before anything is subscribed to, not at each event.
    authorizeOnSubscribe: true,
    unauthorizedError: (_parent, { viewer }, { parentType, fieldName }) => {
      const stated = parentType.getFields()[fieldName]?.extensions['pothosOptions']
      return forbidden(viewer, (stated as { authScopes?: unknown } | undefined)?.authScopes)
    },
  },
})

const asText = (value: unknown) => String(value)

builder.scalarType('Date', { description: 'A calendar day in New York, `YYYY-MM-DD`.', serialize: asText })
builder.scalarType('DateTime', {
  description: 'An instant, ISO 8601 in UTC, e.g. `2026-05-29T19:44:27.000Z`.',
  serialize: (instant) => (instant instanceof Date ? instant.toISOString() : asText(instant)),
})

builder.queryType({
  description: 'Reading. Every field needs a signed-in person, or a token with the scope `READ`.',
})
builder.mutationType({
  description:
    'Doing. Each field says whose it is; refusals have the code `FORBIDDEN` and say what is missing.',
})
builder.subscriptionType({
  description: 'Following, over WebSocket (graphql-transport-ws) or server-sent events.',
})
