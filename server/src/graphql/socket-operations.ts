/**
 * One operation of a WebSocket, from its text to its result. An exception that leaves this file would close the whole
 * socket, with everybody's operations on it: whatever goes wrong becomes an error of the one operation.
 */
import { randomUUID } from 'node:crypto'
import type {
  DocumentNode,
  ExecutionArgs,
  FormattedExecutionResult,
  GraphQLError,
  GraphQLFormattedError,
} from 'graphql'
import {
  MessageType,
  stringifyMessage,
  type ExecutionResult,
  type OperationResult,
  type SubscribePayload,
} from 'graphql-ws'
import { createGraphQLError } from 'graphql-yoga'
import type { RateLimits } from '../limits/rate-limits.ts'
import { withLogFields } from '../ops/log-fields.ts'
import type { Log } from '../scan/ports.ts'
import type { PersistedDocuments } from './persisted-documents.ts'
import { refusal } from './refusals.ts'
import type { Connection } from './socket-connection.ts'
import { isGraphQLError, type GraphQLServer } from './yoga.ts'

export interface OperationOptions {
  graphql: GraphQLServer
  documents: PersistedDocuments
  rateLimits: Pick<RateLimits, 'take'>
  log: Log
}

const MAX_OPERATIONS = 100

type Envelop = Pick<ReturnType<GraphQLServer['getEnveloped']>, 'execute' | 'subscribe'>
/** How the operation's own functions get from here to `performed`. */
type Prepared = Envelop & { requestId: string }

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
    const { execute, subscribe, ...enveloped } = graphql.getEnveloped({
      viewer,
      address,
      requestId,
      params,
      ticket: null,
    })
    const { schema } = enveloped
    const document = parsed(enveloped.parse, query)
    const errors = enveloped.validate(schema, document) as GraphQLError[]
    if (errors.length > 0) return errors.map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED'))
    return {
      schema,
      document,
      operationName: params.operationName ?? null,
      variableValues: params.variables ?? null,
      contextValue: await enveloped.contextFactory(),
      rootValue: { execute, subscribe, requestId } satisfies Prepared,
    }
  } catch (err) {
    return [isGraphQLError(err) ? err : failed(err, requestId, log)]
  }
}

/** Executes or subscribes with all that is wrapped around it; never fails. */
export async function performed(
  args: ExecutionArgs,
  how: 'execute' | 'subscribe',
  log: Log,
): Promise<Awaited<OperationResult>> {
  const { requestId, ...prepared } = args.rootValue as Prepared
  try {
    const work = () => prepared[how](args) as OperationResult
    return await withLogFields({ requestId }, work)
  } catch (err) {
    return { errors: [isGraphQLError(err) ? err : failed(err, requestId, log)] }
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

export function formattedResult({ errors, ...result }: ExecutionResult): FormattedExecutionResult {
  return { ...result, ...(errors && { errors: errors.map(formattedError) }) } as FormattedExecutionResult
}

/** As it is sent: what an answer over HTTP makes its status of is nobody's business here. */
export function formattedError(error: GraphQLError | GraphQLFormattedError): GraphQLFormattedError {
  const { extensions, ...rest } = 'toJSON' in error ? error.toJSON() : error
  const { http: _http, ...told } = extensions ?? {}
  return { ...rest, ...(Object.keys(told).length > 0 && { extensions: told }) }
}

function parsed(parse: (text: string) => DocumentNode, text: string): DocumentNode {
  try {
    return parse(text)
  } catch (error) {
    throw isGraphQLError(error) ? coded(error, 'GRAPHQL_PARSE_FAILED') : error
  }
}

/** Over HTTP, Yoga gives these errors their codes. */
function coded(error: GraphQLError, code: string): GraphQLError {
  error.extensions['code'] ??= code
  return error
}

function failed(err: unknown, requestId: string, log: Log): GraphQLError {
  log.error({ err, requestId }, 'An operation of a WebSocket failed.')
  return createGraphQLError('Something went wrong on the server.', {
    extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
  })
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
