/**
 * What a message of a WebSocket asks for, and whether its sender may. An exception that leaves this file would close the whole
 * socket, with everybody's operations on it: whatever goes wrong becomes an error of the one operation.
 */
import { randomUUID } from 'node:crypto'
import type { ExecutionArgs, GraphQLError } from 'graphql'
import { MessageType, stringifyMessage, type SubscribePayload } from 'graphql-ws'
import { createGraphQLError } from 'graphql-yoga'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { Log } from '../scan/ports.ts'
import { formattedError, isGraphQLError } from './errors.ts'
import { failed, prepared } from './operation.ts'
import type { PersistedDocuments } from './persisted-documents.ts'
import { refusal } from './refusals.ts'
import type { Connection } from './socket-connection.ts'
import type { GraphQLServer } from './yoga.ts'

export interface OperationOptions {
  graphql: GraphQLServer
  documents: PersistedDocuments
  rateLimits: Pick<RateLimits, 'take'>
  log: Log
}

const MAX_OPERATIONS = 100

/** @returns what to execute, or why not */
export async function operationOf(
  { graphql, documents, rateLimits, log }: OperationOptions,
  { viewer, peer: { address }, wire }: Connection,
  params: SubscribePayload,
): Promise<ExecutionArgs | GraphQLError[]> {
  const requestId = randomUUID()
  try {
    if (viewer === null) return [refusal({ code: 'UNAUTHENTICATED', message: 'Sign in first.' })]
    if (wire.busy() > MAX_OPERATIONS) return [tooManyOperations()]
    const { allowed, resetSeconds } = await rateLimits.take(viewer, address)
    if (!allowed) return [tooManyRequests(resetSeconds)]

    const query = documents.documentOf(params)
    if (query === undefined) return [withoutDocument()]
    const caller = { viewer, address, requestId, ticket: null, answerWith: null }
    return await prepared(graphql.getEnveloped, caller, query, params)
  } catch (err) {
    return [isGraphQLError(err) ? err : failed(err, requestId, log)]
  }
}

/**
 * The answer to a message whose handling failed after all, such as a result that is no JSON; null when the message
 * began no operation.
 */
export function apology(err: unknown, text: string, log: Log): string | null {
  const { type, id } = JSON.parse(text) as { type: MessageType; id: string }
  if (type !== MessageType.Subscribe) return null
  const error = failed(err, randomUUID(), log)
  return stringifyMessage({ id, type: MessageType.Error, payload: [formattedError(error)] })
}

/** What ended a stream may be a bug, which nobody has looked at yet. */
export function masked(error: GraphQLError, log: Log): GraphQLError {
  const { originalError: cause } = error
  return cause === undefined || isGraphQLError(cause) ? error : failed(cause, randomUUID(), log)
}

const tooManyOperations = () =>
  refusal({
    code: 'TOO_MANY_OPERATIONS',
    message: `A connection may have ${MAX_OPERATIONS} operations at a time. Complete one of them.`,
  })

const tooManyRequests = (seconds: number) =>
  createGraphQLError(`Too many requests. Try again in ${seconds} s.`, {
    extensions: { code: 'RATE_LIMITED', retryAfterSeconds: seconds },
  })

const withoutDocument = () => refusal({ code: 'BAD_REQUEST', message: 'There is no query in this message.' })
