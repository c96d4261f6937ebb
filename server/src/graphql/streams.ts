/**
 * Subscriptions over HTTP, as server-sent events: bounded in number for a person and an address, on the execution that
 * all share who ask for the same, and over when the credential is. Sockets see to all that themselves.
 */
import type { Writable } from 'node:stream'
import { getOperationAST, OperationTypeNode, type DocumentNode, type ExecutionResult } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { Viewer } from '../auth/viewer.ts'
import { createEventStreams, eventStreamHeaders, type FanOut } from '../fan-out/index.ts'
import type { Connections } from '../limits/connections.ts'
import type { Log } from '../scan/ports.ts'
import { performed, prepared, type Asked } from './operation.ts'
import { refusal } from './refusals.ts'
import type { Caller, GraphQL } from './graphql.ts'

export interface StreamOptions {
  graphql: Pick<GraphQL, 'getEnveloped'>
  sharing: FanOut
  connections: Connections
  /** Calls `end` once, when the credential is worth nothing any more; the answer stops watching. */
  watch(viewer: Viewer, end: () => void): () => void
  log: Log
}

/** The body of an answer whose head is to be sent first. Has to be opened, also when its reader has gone. */
export interface EventStream {
  open(writable: Writable): void
}

/** A result as far as Yoga is concerned, until it asks how to answer with it. */
class Following implements EventStream, ExecutionResult {
  readonly extensions = {}
  readonly open: EventStream['open']

  constructor(open: EventStream['open']) {
    this.open = open
  }
}

export function sharedStreams({ graphql, sharing, connections, watch, log }: StreamOptions): Plugin {
  const { getEnveloped } = graphql
  const streams = createEventStreams(sharing)

  async function follow(caller: Caller, query: string, params: Asked): Promise<ExecutionResult> {
    const { viewer, address, requestId } = caller
    // Nothing of the request: it would be kept for as long as anybody follows the same.
    const own = { viewer, address, requestId, ticket: null, answerWith: null }
    const args = await prepared(getEnveloped, own, query, params)
    if (Array.isArray(args)) return { errors: args }
    const release = connections.open(viewer.id, address)
    if (typeof release === 'string') return { errors: [tooManyOpen(release)] }

    return new Following((writable) => {
      const subscribe: Parameters<typeof streams.open>[0]['subscribe'] = (shared) =>
        performed(shared, 'subscribe', log) as never
      const { close } = streams.open({ args, subscribe }, writable)
      const unwatch = watch(viewer, () => close(signedOut()))
      const over = () => {
        unwatch()
        release()
      }
      if (writable.destroyed) over()
      else writable.once('close', over)
    })
  }

  return {
    onParams({ request, params: { query, ...params }, context, paramsHandler, setParamsHandler }) {
      if (query === undefined || !takesStreams(request)) return
      setParamsHandler((given) =>
        isSubscription(query, params.operationName, getEnveloped(context as never).parse)
          ? follow(context as unknown as Caller, query, params)
          : paramsHandler(given),
      )
    },
    // What Yoga cannot send it would begin all the same, and nobody would end it.
    onSubscribe({ args, setResultAndStopExecution }) {
      const { request } = args.contextValue as { request?: Request }
      if (request !== undefined) setResultAndStopExecution({ errors: [noStream()] })
    },
    onResultProcess({ result, serverContext, setResultProcessor }) {
      if (!(result instanceof Following)) return
      const { answerWith } = serverContext as unknown as Caller
      setResultProcessor((_result, { Response }) => {
        answerWith?.(result)
        return new Response(null, { headers: eventStreamHeaders })
      }, 'text/event-stream')
    },
  }
}

/** What cannot be parsed is none: Yoga says what is wrong with it. */
function isSubscription(
  query: string,
  operationName: string | null | undefined,
  parse: (text: string) => DocumentNode,
): boolean {
  try {
    return getOperationAST(parse(query), operationName)?.operation === OperationTypeNode.SUBSCRIPTION
  } catch {
    return false
  }
}

const takesStreams = ({ headers }: Request) =>
  /(text|\*)\/(event-stream|\*)/i.test(headers.get('accept') ?? '*/*')

const noStream = () =>
  refusal({
    code: 'NOT_ACCEPTABLE',
    message: 'Over HTTP, a subscription is a stream of events: accept text/event-stream.',
    status: 406,
  })

const signedOut = () =>
  refusal({ code: 'UNAUTHENTICATED', message: 'You have been signed out, or your rights have changed.' })

const tooManyOpen = (whose: 'USER' | 'ADDRESS') =>
  refusal({
    code: 'TOO_MANY_CONNECTIONS',
    message: `${whose === 'USER' ? 'You have' : 'Your address has'} too many connections open. Close one of them.`,
    status: 429,
    headers: { 'Retry-After': '5' },
  })
