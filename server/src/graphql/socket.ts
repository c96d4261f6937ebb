/** GraphQL over WebSocket (`graphql-transport-ws`), for people and programs that say who they are. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { CloseCode, handleProtocols, makeServer, type ConnectionInitMessage, type Context } from 'graphql-ws'
import { isAsyncIterable } from 'graphql-yoga'
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws'
import type { Auth } from '../auth/auth.ts'
import { sharedSubscriptions, type FanOut } from '../fan-out/index.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { Metrics } from '../ops/metrics.ts'
import { DatabaseAway } from '../scan/errors.ts'
import type { Log } from '../scan/ports.ts'
import { formattedError, formattedResult } from './errors.ts'
import { createHeartbeat } from './heartbeat.ts'
import { performed } from './operation.ts'
import type { PersistedDocuments } from './persisted-documents.ts'
import { Connection, credentialsOf, type Peer } from './socket-connection.ts'
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
/** To say who one is. */
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
    const { wire, peer } = connection
    const introduction = connection.introduced()
    const refuse = (code: number, reason: string) => {
      wire.close(code, reason)
      return false
    }
    // Guesses are not free.
    const { allowed } = await rateLimits.take(null, peer.address)
    if (!allowed) return refuse(CloseCode.TooManyInitialisationRequests, 'Too many requests')
    try {
      const credentials = credentialsOf(introduction?.request ?? null, connectionParams, peer)
      const viewer = await auth.viewerOf(credentials)
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
    // A timer of ours, which is gone when it is not needed any more.
    connectionInitWaitTimeout: 0,
    onConnect: admit,
    onSubscribe: ({ extra }, _id, params) => operationOf(options, extra, params),
    execute: (args) => performed(args, 'execute', log),
    subscribe: shared.subscribe,
    onOperation(context, id, params, args, result) {
      const sharing = shared.onOperation(context, id, params, args, result)
      // Held by graphql-ws as long as the subscription lasts, and of use to the first of all who share only.
      if (sharing !== undefined) Object.assign(args, { contextValue: null, rootValue: null })
      const stream = sharing ?? result
      // An id that is used again at once would make graphql-ws forget the stream that had it before.
      if (isAsyncIterable(stream)) context.extra.began(params, stream as AsyncGenerator)
      return stream
    },
    onComplete: ({ extra }, _id, params) => extra.ended(params),
    onNext: (_context, _id, _params, _args, result) => formattedResult(result),
    onError: (_context, _id, _params, errors) => errors.map((error) => formattedError(masked(error, log))),
  })

  const heartbeat = createHeartbeat()
  const apologize = (err: unknown, text: string) => apology(err, text, log)

  /** Nothing that lives as long as the socket is made where the request can be seen: it would be kept with it. */
  function talk(webSocket: WebSocket, request: IncomingMessage, peer: Peer): void {
    metrics.sockets.inc()
    const wire = openWire(webSocket, heartbeat, apologize)
    const late = () =>
      wire.close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout')
    const connection = new Connection(wire, webSocket, { request, timer: setTimeout(late, INIT_MS) }, peer)
    const ended = protocol.opened(wire, connection)
    webSocket.once('close', (code, reason) => {
      metrics.sockets.dec()
      connection.end()
      ended(code, String(reason)).catch((err: unknown) =>
        log.error({ err }, 'The operations of a WebSocket did not end cleanly.'),
      )
    })
  }

  return {
    upgrade(request, socket, head, peer) {
      sockets.handleUpgrade(request, socket, head, (webSocket) => talk(webSocket, request, peer))
    },
    async close() {
      for (const client of sockets.clients) client.close(GOING_AWAY, 'Going away')
      await new Promise((resolve) => sockets.close(resolve))
    },
  }
}

type Payload = ConnectionInitMessage['payload']
