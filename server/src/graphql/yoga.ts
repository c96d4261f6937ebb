/** GraphQL over HTTP and SSE, and the pieces that the WebSocket shares with it. */
import { createGraphQLError, createYoga, useExecutionCancellation, type Plugin } from 'graphql-yoga'
import type { GraphQLError } from 'graphql'
import type { Viewer } from '../auth/auth.ts'
import { BadInput, DatabaseAway, StockListError } from '../scan/errors.ts'
import type { Log } from '../scan/ports.ts'
import type { Api, GraphQLContext } from './context.ts'
import { schema } from './schema.ts'

/** What the edge has found out before GraphQL begins. */
export interface Caller {
  viewer: Viewer
  requestId: string
}

/** @param plugins watch operations over HTTP and WebSocket, and see errors before they are masked */
export function createGraphQL(api: Api, log: Log, plugins: Plugin[] = []) {
  return createYoga<Caller, GraphQLContext>({
    schema,
    context: ({ viewer }) => ({ ...api, viewer }),
    graphqlEndpoint: '/graphql',
    plugins: [...plugins, useExecutionCancellation()],
    // The edge serves GraphiQL, guards the origin, and takes JSON only.
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    // What is worth a line is logged where it is masked.
    logging: false,
    maskedErrors: { maskError: (error) => mask(error, log) },
  })
}

export type GraphQLServer = ReturnType<typeof createGraphQL>

/** Errors that people can act on keep their message and code; anything else is a bug: logged, and told without its inside. */
function mask(error: unknown, log: Log): Error {
  const wrapped = isGraphQLError(error) ? error : null
  const cause = wrapped?.originalError ?? error
  const place = { path: wrapped?.path, nodes: wrapped?.nodes ?? null }
  if (isForPeople(cause)) {
    return createGraphQLError(cause.message, { ...place, extensions: { code: cause.code } })
  }
  if (isGraphQLError(cause)) return cause
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

function isForPeople(cause: unknown): cause is StockListError | BadInput | DatabaseAway {
  return [StockListError, BadInput, DatabaseAway].some((kind) => cause instanceof kind)
}

/** By shape: two copies of graphql in one process have two classes. */
function isGraphQLError(error: unknown): error is GraphQLError {
  return error instanceof Error && error.name === 'GraphQLError' && 'extensions' in error
}
