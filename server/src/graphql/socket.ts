/** GraphQL over WebSocket (`graphql-transport-ws`), for signed-in people of the same origin. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ExecutionArgs } from 'graphql'
import { CloseCode } from 'graphql-ws'
import { useServer, type Extra } from 'graphql-ws/use/ws'
import { createGraphQLError } from 'graphql-yoga'
import { WebSocketServer } from 'ws'
import type { Viewer } from '../auth/auth.ts'
import { DatabaseAway } from '../scan/errors.ts'
import type { GraphQLServer } from './yoga.ts'

export interface SocketOptions {
  graphql: GraphQLServer
  viewerOf: (headers: Headers) => Promise<Viewer | null>
}

export interface GraphQLSockets {
  /** Takes over a connection whose target and origin have been checked. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Tells every client that the server goes away (1001), and ends their operations. */
  close(): Promise<void>
}

const MAX_MESSAGE_BYTES = 256 * 1024
const GOING_AWAY = 1001
const TRY_AGAIN_LATER = 1013

type SignedIn = { viewer: Viewer }
type Envelop = Pick<ReturnType<GraphQLServer['getEnveloped']>, 'execute' | 'subscribe'>

export function createGraphQLSockets({ graphql, viewerOf }: SocketOptions): GraphQLSockets {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, clientTracking: true })
  const server = useServer<Record<string, unknown> | undefined, SignedIn>(
    {
      execute: (args) => (args.rootValue as Envelop).execute(args) as never,
      subscribe: (args) => (args.rootValue as Envelop).subscribe(args) as never,

      async onConnect({ extra }) {
        const viewer = await viewerOf(headersOf(extra.request)).catch((error: unknown) => {
          if (!(error instanceof DatabaseAway)) throw error
          extra.socket.close(TRY_AGAIN_LATER, 'Try again later')
          return null
        })
        if (viewer === null) extra.socket.close(CloseCode.Unauthorized, 'Unauthorized')
        else (extra as Extra & SignedIn).viewer = viewer
        return viewer !== null
      },

      // An exception here would close the whole socket, with everybody's operations on it.
      async onSubscribe({ extra }, _id, params) {
        try {
          const { viewer } = extra as Extra & SignedIn
          const enveloped = graphql.getEnveloped({ viewer, requestId: '', params })
          const args: ExecutionArgs = {
            schema: enveloped.schema,
            document: enveloped.parse(params.query),
            operationName: params.operationName ?? null,
            variableValues: params.variables ?? null,
            contextValue: await enveloped.contextFactory(),
            rootValue: { execute: enveloped.execute, subscribe: enveloped.subscribe } satisfies Envelop,
          }
          const errors = enveloped.validate(args.schema, args.document)
          return errors.length > 0 ? errors : args
        } catch (error) {
          return [
            error instanceof Error && error.name === 'GraphQLError'
              ? error
              : createGraphQLError('Bad request.'),
          ] as never
        }
      },
    },
    sockets,
  )

  return {
    upgrade(request, socket, head) {
      sockets.handleUpgrade(request, socket, head, (connected) =>
        sockets.emit('connection', connected, request),
      )
    },
    async close() {
      for (const client of sockets.clients) client.close(GOING_AWAY, 'Going away')
      await server.dispose()
    },
  }
}

function headersOf(request: IncomingMessage): Headers {
  const { cookie, host } = request.headers
  return new Headers({ ...(cookie !== undefined && { cookie }), ...(host !== undefined && { host }) })
}
