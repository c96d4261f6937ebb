/** GraphQL over HTTP and SSE, and the pieces that the WebSocket shares with it. */
import { createYoga, useExecutionCancellation, type Plugin } from 'graphql-yoga'
import type { Viewer } from '../auth/viewer.ts'
import type { Ticket } from '../ready-answers/answers.ts'
import { compiledQueries } from './compiled.ts'
import type { Api, GraphQLContext } from './context.ts'
import { limitedCost } from './cost.ts'
import { createDocumentCache } from './document-cache.ts'
import { limitedDocuments } from './document-limits.ts'
import { mask } from './errors.ts'
import { persistedDocuments, type PersistedDocuments } from './persisted-documents.ts'
import { readableRequests } from './readable-requests.ts'
import { schema } from './schema.ts'
import { sharedStreams, type EventStream, type StreamOptions } from './streams.ts'
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

export interface GraphQLOptions extends StreamOptions {
  api: Api
  documents: PersistedDocuments
  requestTimeoutMs: number
  /** Whether errors may say what else was meant. */
  suggests: boolean
  /** Watch operations over every transport, and see errors before they are masked. */
  plugins?: Plugin[]
}

export function createGraphQL(options: GraphQLOptions) {
  const { api, log, suggests } = options
  return createYoga<Caller, GraphQLContext>({
    schema,
    context: ({ viewer, address, ticket }) => ({ ...api, viewer, address, ticket }),
    graphqlEndpoint: '/graphql',
    parserAndValidationCache: { documentCache: createDocumentCache(), errorCache: createDocumentCache() },
    plugins: [
      compiledQueries(),
      useExecutionCancellation(),
      readableRequests(),
      persistedDocuments(options.documents),
      limitedDocuments(),
      limitedVariables(),
      limitedCost(),
      limitedTime(options.requestTimeoutMs),
      sharedStreams(options),
      ...(suggests ? [] : [withoutSuggestions()]),
      ...(options.plugins ?? []),
    ],
    // The edge serves GraphiQL, guards the origin, and takes JSON only.
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    batching: false,
    // What is worth a line is logged where it is masked.
    logging: false,
    maskedErrors: {
      maskError: (error) => {
        const masked = mask(error, log)
        return suggests ? masked : withoutSuggestion(masked)
      },
    },
  })
}

export type GraphQLServer = ReturnType<typeof createGraphQL>
