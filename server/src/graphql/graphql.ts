/** GraphQL itself, over whatever transport: parsing, checking and execution, with all that is wrapped around them. */
import { envelop, useEngine, useMaskedErrors, useSchema, type Plugin } from '@envelop/core'
import { normalizedExecutor } from '@graphql-tools/executor'
import { parse, specifiedRules, validate, type GraphQLError } from 'graphql'
import type { Viewer } from '../auth/viewer.ts'
import type { Ticket } from '../ready-answers/answers.ts'
import type { Log } from '../scan/ports.ts'
import { compiledQueries } from './compiled.ts'
import type { Api, GraphQLContext } from './context.ts'
import { limitedCost } from './cost.ts'
import { limitedDocuments } from './document-limits.ts'
import { mask } from './errors.ts'
import { rememberedDocuments } from './remembered-documents.ts'
import { schema } from './schema.ts'
import type { EventStream } from './streams.ts'
import { withoutSuggestion, withoutSuggestions } from './suggestions.ts'
import { limitedTime } from './time-limit.ts'
import { limitedVariables } from './variable-limits.ts'

/** What the edge has found out before GraphQL begins. */
export interface Caller {
  viewer: Viewer
  requestId: string
  /** Of the client, as far as it can be known. */
  address: string
  /** Of an answer that is to be kept; null for any other. */
  ticket: Ticket | null
  /** Called when the answer is a stream, before its head is told; null where none can be sent. */
  answerWith: ((stream: EventStream) => void) | null
}

export interface GraphQLOptions {
  api: Api
  requestTimeoutMs: number
  /** Whether errors may say what else was meant. */
  suggests: boolean
  /** Watch operations over every transport, and see errors before they are masked. */
  plugins?: Plugin[]
  log: Log
}

export type GraphQL = ReturnType<typeof createGraphQL>

export function createGraphQL({ api, requestTimeoutMs, suggests, plugins = [], log }: GraphQLOptions) {
  /** In the order in which they are wrapped around each other; for Yoga as well, which has an engine of its own. */
  const wrapped: Plugin[] = [
    useSchema(schema),
    withContext(api),
    compiledQueries(),
    limitedDocuments(),
    limitedVariables(),
    limitedCost(),
    limitedTime(requestTimeoutMs),
    ...(suggests ? [] : [withoutSuggestions()]),
    ...plugins,
    rememberedDocuments(),
  ]
  const maskError = (error: unknown): GraphQLError => {
    const masked = mask(error, log)
    return suggests ? masked : withoutSuggestion(masked)
  }
  const engine = useEngine({
    parse,
    validate,
    execute: normalizedExecutor,
    subscribe: normalizedExecutor,
    specifiedRules,
  })
  return {
    /** The functions of one operation, as its caller may use them. */
    getEnveloped: envelop({ plugins: [engine, ...wrapped, useMaskedErrors({ maskError })] }),
    wrapped,
    maskError,
  }
}

/** What resolvers are given. */
function withContext(api: Api): Plugin {
  return {
    onContextBuilding({ context, extendContext }) {
      const { viewer, address, ticket } = context as unknown as Caller
      extendContext({ ...api, viewer, address, ticket } satisfies GraphQLContext)
    },
  }
}
