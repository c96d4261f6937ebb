/** GraphQL over WebSocket (`graphql-transport-ws`), for people and programs that say who they are. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { CloseCode, handleProtocols, makeServer, type ConnectionInitMessage, type Context } from 'graphql-ws'
import { isAsyncIterable } from 'graphql-yoga'
import { WebSocketServer, type ServerOptions } from 'ws'
import type { Auth } from '../auth/auth.ts'
import { sharedSubscriptions, type FanOut } from '../fan-out/index.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { Metrics } from '../ops/metrics.ts'
import { DatabaseAway } from '../scan/errors.ts'
import type { Log } from '../scan/ports.ts'
import { formattedError, formattedResult } from './errors.ts'
import { performed } from './operation.ts'
import type { PersistedDocuments } from './persisted-documents.ts'
import { createConnection, credentialsOf, type Connection, type Peer } from './socket-connection.ts'
import { apology, masked, operationOf } from './socket-operations.ts'
import { openWire } from './socket-wire.ts'
import type { GraphQLServer } from './yoga.ts'

export interface SocketOptions {
  graphql: GraphQLServer
  auth: Pick<Auth, 'viewerOf' | 'watch'>
  documents: PersistedDocuments
  rateLimits: Pick<RateLimits, 'take'>
  metrics: Pick<Metrics, 'sockets'>
  sharing: FanOut
  log: Log
}

export interface GraphQLSockets {
  /** Takes over a connection whose target and origin have been checked. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, peer: Peer): void
  /** Tells every client that the server goes away (1001), and ends their operations. */
  close(): Promise<void>
}

const MAX_MESSAGE_BYTES = 256 * 1024
const INIT_MS = 10_000
/** A client that does not answer the goodbye is not waited for longer. */
const GOODBYE_MS = 1_000
const GOING_AWAY = 1001
const TRY_AGAIN_LATER = 1013

export function createGraphQLSockets(options: SocketOptions): GraphQLSockets {
  const { auth, rateLimits, metrics, sharing, log } = options
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols,
    // Missing in the types of ws.
    closeTimeout: GOODBYE_MS,
  } as ServerOptions)

  /** @returns whether the client may go on; if not, it has been told why */
  async function admit({
    connectionParams,
    extra: connection,
  }: Context<Payload, Connection>): Promise<boolean> {
    const { wire, request, peer } = connection
    const refuse = (code: number, reason: string) => {
      wire.close(code, reason)
      return false
    }
    // Guesses are not free.
    const { allowed } = await rateLimits.take(null, peer.address)
    if (!allowed) return refuse(CloseCode.TooManyInitialisationRequests, 'Too many requests')
    try {
      const viewer = await auth.viewerOf(credentialsOf(request, connectionParams, peer))
      if (viewer === null) return refuse(CloseCode.Unauthorized, 'Unauthorized')
      // Whoever has left is not watched: nobody would stop it.
      if (!wire.isOpen()) return false
      if (!peer.claim(viewer.id))
        return refuse(CloseCode.TooManyInitialisationRequests, 'Too many connections')
      connection.viewer = viewer
      connection.unwatch = auth.watch(viewer, () => wire.close(CloseCode.Unauthorized, 'Unauthorized'))
      return true
    } catch (err) {
      if (err instanceof DatabaseAway) return refuse(TRY_AGAIN_LATER, 'Try again later')
      log.error({ err }, 'A client of a WebSocket could not be looked up.')
      return refuse(CloseCode.InternalServerError, 'Internal server error')
    }
  }

  const shared = sharedSubscriptions(sharing, (args) => performed(args, 'subscribe', log) as never)

  const protocol = makeServer<Payload, Connection>({
    connectionInitWaitTimeout: INIT_MS,
    onConnect: admit,
    onSubscribe: ({ extra }, _id, params) => operationOf(options, extra, params),
    execute: (args) => performed(args, 'execute', log),
    subscribe: shared.subscribe,
    onOperation(context, id, params, args, result) {
      const stream = shared.onOperation(context, id, params, args, result) ?? result
      // An id that is used again at once would make graphql-ws forget the stream that had it before.
      if (isAsyncIterable(stream)) context.extra.streams.set(params, stream as AsyncGenerator)
      return stream
    },
    onComplete: ({ extra }, _id, params) => void extra.streams.delete(params),
    onNext: (_context, _id, _params, _args, result) => formattedResult(result),
    onError: (_context, _id, _params, errors) => errors.map((error) => formattedError(masked(error, log))),
  })

  return {
    upgrade(request, socket, head, peer) {
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        metrics.sockets.inc()
        const wire = openWire(webSocket, (err, text) => apology(err, text, log))
        const connection = createConnection(wire, webSocket, request, peer)
        const ended = protocol.opened(wire, connection)
        webSocket.once('close', (code, reason) => {
          metrics.sockets.dec()
          connection.end()
          ended(code, String(reason)).catch((err: unknown) =>
            log.error({ err }, 'The operations of a WebSocket did not end cleanly.'),
          )
        })
      })
    },
    async close() {
      for (const client of sockets.clients) client.close(GOING_AWAY, 'Going away')
      await new Promise((resolve) => sockets.close(resolve))
    },
  }
}

type Payload = ConnectionInitMessage['payload']
