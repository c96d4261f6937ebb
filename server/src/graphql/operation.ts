/**
 * An operation from its text to its result, for those that do not go through Yoga's HTTP: every operation of a
 * WebSocket, and subscriptions over server-sent events.
 */
import type { DocumentNode, ExecutionArgs, GraphQLError } from 'graphql'
import type { OperationResult } from 'graphql-ws'
import { createGraphQLError } from '@graphql-tools/utils'
import { withLogFields } from '../ops/log-fields.ts'
import type { Log } from '../scan/ports.ts'
import { isGraphQLError } from './errors.ts'
import type { Caller, GraphQL } from './graphql.ts'

export interface Asked {
  operationName?: string | null | undefined
  variables?: Readonly<Record<string, unknown>> | null | undefined
}

type Envelop = Pick<ReturnType<GraphQL['getEnveloped']>, 'execute' | 'subscribe'>
/** How the operation's own functions get from here to `performed`. */
type Prepared = Envelop & Pick<Caller, 'requestId'>

/**
 * @param query the text of the document
 * @returns what to execute, or what is wrong with it
 */
export async function prepared(
  getEnveloped: GraphQL['getEnveloped'],
  caller: Caller,
  query: string,
  params: Asked,
): Promise<ExecutionArgs | GraphQLError[]> {
  const { execute, subscribe, ...enveloped } = getEnveloped({ ...caller, params })
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
    rootValue: { execute, subscribe, requestId: caller.requestId } satisfies Prepared,
  }
}

/** Executes or subscribes with all that is wrapped around it; never fails. */
export async function performed(
  args: ExecutionArgs,
  how: 'execute' | 'subscribe',
  log: Log,
): Promise<Awaited<OperationResult>> {
  const { requestId, ...functions } = args.rootValue as Prepared
  try {
    const work = () => functions[how](args) as OperationResult
    return await withLogFields({ requestId }, work)
  } catch (err) {
    return { errors: [isGraphQLError(err) ? err : failed(err, requestId, log)] }
  }
}

export function failed(err: unknown, requestId: string, log: Log): GraphQLError {
  log.error({ err, requestId }, 'An operation failed.')
  return createGraphQLError('Something went wrong on the server.', {
    extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
  })
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
