/** Errors as they are told: to people those that they can act on, to the log those that are bugs. */
import type { FormattedExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql'
import type { ExecutionResult } from 'graphql-ws'
import { createGraphQLError } from '@graphql-tools/utils'
import { AccountError } from '../auth/errors.ts'
import { BadInput, DatabaseAway, StockListError } from '../scan/errors.ts'
import type { Log } from '../scan/ports.ts'

/** Errors that people can act on keep their message and code; anything else is a bug: logged, and told without its inside. */
export function mask(error: unknown, log: Log): GraphQLError {
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

export function formattedResult({ errors, ...result }: ExecutionResult): FormattedExecutionResult {
  return { ...result, ...(errors && { errors: errors.map(formattedError) }) } as FormattedExecutionResult
}

/** As it is sent: what an answer over HTTP makes its status of is nobody's business here. */
export function formattedError(error: GraphQLError | GraphQLFormattedError): GraphQLFormattedError {
  const { extensions, ...rest } = 'toJSON' in error ? error.toJSON() : error
  const { http: _http, ...told } = extensions ?? {}
  return { ...rest, ...(Object.keys(told).length > 0 && { extensions: told }) }
}
