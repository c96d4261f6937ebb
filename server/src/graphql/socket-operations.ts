/** What a message of a WebSocket asks for, and whether its sender may. Whatever goes wrong is an error of the one operation. */
import { randomUUID } from 'node:crypto'
import { getOperationAST, type ExecutionArgs, type GraphQLError } from 'graphql'
import type { SubscribePayload } from 'graphql-ws'
import { createGraphQLError } from '@graphql-tools/utils'
import type { Viewer } from '../auth/viewer.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { Log } from '../scan/ports.ts'
import { isGraphQLError } from './errors.ts'
import type { GraphQL } from './graphql.ts'
import { failed, prepared } from './operation.ts'
import type { PersistedDocuments } from './persisted-documents.ts'
import { refusal } from './refusals.ts'

export interface OperationOptions {
  graphql: Pick<GraphQL, 'getEnveloped'>
  documents: PersistedDocuments
  rateLimits: Pick<RateLimits, 'take'>
  log: Log
}

/** Of a connection, at a time. */
export const MAX_OPERATIONS = 100

/** Never fails. @returns what to execute, or why not */
export async function executable(
  { graphql, documents, rateLimits, log }: OperationOptions,
  viewer: Viewer,
  address: string,
  params: SubscribePayload,
): Promise<ExecutionArgs | GraphQLError[]> {
  const requestId = randomUUID()
  try {
    const { allowed, resetSeconds } = await rateLimits.take(viewer, address)
    if (!allowed) return [tooManyRequests(resetSeconds)]

    const query = documents.documentOf(params)
    if (query === undefined) return [withoutDocument()]
    const caller = { viewer, address, requestId, ticket: null, answerWith: null }
    const args = await prepared(graphql.getEnveloped, caller, query, params)
    if (Array.isArray(args)) return args.map((error) => masked(error, log))
    return getOperationAST(args.document, args.operationName) ? args : [withoutOperation()]
  } catch (err) {
    return [masked(err, log, requestId)]
  }
}

/** What went wrong may be a bug, which nobody has looked at yet. */
export function masked(error: unknown, log: Log, requestId: string = randomUUID()): GraphQLError {
  if (!isGraphQLError(error)) return failed(error, requestId, log)
  const { originalError: cause } = error
  return cause === undefined || isGraphQLError(cause) ? error : failed(cause, requestId, log)
}

export const tooManyOperations = () =>
  refusal({
    code: 'TOO_MANY_OPERATIONS',
    message: `A connection may have ${MAX_OPERATIONS} operations at a time. Complete one of them.`,
  })

const tooManyRequests = (seconds: number) =>
  createGraphQLError(`Too many requests. Try again in ${seconds} s.`, {
    extensions: { code: 'RATE_LIMITED', retryAfterSeconds: seconds },
  })

const withoutDocument = () => refusal({ code: 'BAD_REQUEST', message: 'There is no query in this message.' })

const withoutOperation = () => createGraphQLError('Unable to identify operation')
