/** GraphQL over HTTP and SSE. Loaded late: answers from bytes and WebSockets do without it. */
import { createYoga, useExecutionCancellation } from 'graphql-yoga'
import type { GraphQLContext } from './context.ts'
import type { Caller, GraphQL } from './graphql.ts'
import { persistedDocuments, type PersistedDocuments } from './persisted-documents.ts'
import { readableRequests } from './readable-requests.ts'
import { sharedStreams, type StreamOptions } from './streams.ts'

export interface OverHttpOptions extends StreamOptions {
  graphql: GraphQL
  documents: PersistedDocuments
}

export type GraphQLOverHttp = ReturnType<typeof createGraphQLOverHttp>

export function createGraphQLOverHttp(options: OverHttpOptions) {
  const { graphql, documents } = options
  return createYoga<Caller, GraphQLContext>({
    graphqlEndpoint: '/graphql',
    plugins: [
      ...graphql.wrapped,
      useExecutionCancellation(),
      readableRequests(),
      persistedDocuments(documents),
      sharedStreams(options),
    ],
    // Ours is one for all transports.
    parserAndValidationCache: false,
    // The edge serves GraphiQL, guards the origin, and takes JSON only.
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    batching: false,
    // What is worth a line is logged where it is masked.
    logging: false,
    maskedErrors: { maskError: graphql.maskError },
  })
}
