/** GraphQL over HTTP and SSE, and the pieces that the WebSocket shares with it. */
import { createGraphQLError, createYoga, useExecutionCancellation, type Plugin } from 'graphql-yoga'
import type { GraphQLError } from 'graphql'
import { AccountError } from '../auth/errors.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { Ticket } from '../ready-answers/answers.ts'
import { BadInput, DatabaseAway, StockListError } from '../scan/errors.ts'
import type { Log } from '../scan/ports.ts'
import type { Api, GraphQLContext } from './context.ts'
import { limitedCost } from './cost.ts'
import { createDocumentCache } from './document-cache.ts'
import { limitedDocuments } from './document-limits.ts'
import { persistedDocuments, type PersistedDocuments } from './persisted-documents.ts'
import { readableRequests } from './readable-requests.ts'
import { schema } from './schema.ts'
import { guardedStreams, type StreamOptions } from './streams.ts'
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
}

export interface GraphQLOptions extends StreamOptions {
  api: Api
  log: Log
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
      useExecutionCancellation(),
      readableRequests(),
      persistedDocuments(options.documents),
      limitedDocuments(),
      limitedVariables(),
      limitedCost(),
      limitedTime(options.requestTimeoutMs),
      guardedStreams(options),
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

/** Errors that people can act on keep their message and code; anything else is a bug: logged, and told without its inside. */
function mask(error: unknown, log: Log): GraphQLError {
  const wrapped = isGraphQLError(error) ? error : null
  const cause = wrapped?.originalError ?? error
  const place = { path: wrapped?.path, nodes: wrapped?.nodes ?? null }
  if (isForPeople(cause)) {
    const retryAfterSeconds = cause instanceof AccountError ? cause.retryAfterSeconds : null
    return createGraphQLError(cause.message, {
      ...place,
      extensions: { code: cause.code, ...(retryAfterSeconds !== null && { retryAfterSeconds }) },
    })
  }
  if (isGraphQLError(cause)) return cause
  if (isCutOff(cause)) return createGraphQLError('The request was cut off.')
  log.error({ err: cause, path: wrapped?.path }, 'A resolver failed.')
  return createGraphQLError('Something went wrong on the server.', {
    ...place,
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  })
}

/** Whether an error, not masked yet, is the server's fault and no person's. */
export function isBug(error: unknown): boolean {
  const cause = (isGraphQLError(error) ? error.originalError : null) ?? error
  return !isForPeople(cause) && !isGraphQLError(cause)
}

function isForPeople(cause: unknown): cause is AccountError | StockListError | BadInput | DatabaseAway {
  return [AccountError, StockListError, BadInput, DatabaseAway].some((kind) => cause instanceof kind)
}

/** A client that went away in the middle of its request: as the HTTP server says it, which is a text. */
const isCutOff = (cause: unknown) =>
  /^(AbortError\b|Error: (aborted|Client connection prematurely closed\.?)$)/.test(String(cause))

/** By shape: two copies of graphql in one process have two classes. */
export function isGraphQLError(error: unknown): error is GraphQLError {
  return error instanceof Error && error.name === 'GraphQLError' && 'extensions' in error
}
