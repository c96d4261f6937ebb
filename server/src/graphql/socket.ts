/** GraphQL over WebSocket (`graphql-transport-ws`), for people and programs that say who they are. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { handleProtocols } from 'graphql-ws'
import { WebSocket, WebSocketServer, type ServerOptions } from 'ws'
import type { Metrics } from '../ops/metrics.ts'
import { createHeartbeat } from './heartbeat.ts'
import { performed } from './operation.ts'
import type { Peer } from './socket-admission.ts'
import { Connection, type ConnectionOptions } from './socket-connection.ts'

export interface SocketOptions extends Omit<ConnectionOptions, 'heartbeat' | 'subscribe'> {
  metrics: Pick<Metrics, 'sockets'>
}

export interface GraphQLSockets {
  /** Takes over a connection whose target and origin have been checked. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, peer: Peer): void
  /** Tells every client that the server goes away (1001), and ends their operations. */
  close(): Promise<void>
}

const MAX_MESSAGE_BYTES = 256 * 1024
/** A client that does not answer the goodbye is not waited for longer. */
const GOODBYE_MS = 1_000
const GOING_AWAY = 1001

/** Knows its connection, so that its listeners are the same functions for all. */
class ConnectedSocket extends WebSocket {
  connection: Connection | null = null
}

export function createGraphQLSockets({ metrics, ...options }: SocketOptions): GraphQLSockets {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    handleProtocols,
    WebSocket: ConnectedSocket,
    // Missing in the types of ws.
    closeTimeout: GOODBYE_MS,
  } as ServerOptions<typeof ConnectedSocket>)
  const common: ConnectionOptions = {
    ...options,
    subscribe: (args) => performed(args, 'subscribe', options.log) as never,
    heartbeat: createHeartbeat(),
  }

  function onClose(this: WebSocket): void {
    metrics.sockets.dec()
    connectionOf(this)?.onClose()
  }

  return {
    upgrade(request, duplex, head, peer) {
      sockets.handleUpgrade(request, duplex, head, (socket) => {
        metrics.sockets.inc()
        socket.connection = new Connection(common, socket, request, peer)
        socket.on('message', onMessage).on('ping', onPing).on('pong', onPong).on('close', onClose)
        // ws closes what cannot be read by itself, with the code for it.
        socket.on('error', ignore)
      })
    },
    async close() {
      for (const client of sockets.clients) client.close(GOING_AWAY, 'Going away')
      await new Promise((resolve) => sockets.close(resolve))
    },
  }
}

const connectionOf = (socket: WebSocket) => (socket as ConnectedSocket).connection

function onMessage(this: WebSocket, data: WebSocket.RawData, isBinary: boolean): void {
  connectionOf(this)?.onMessage(data as Buffer, isBinary)
}

function onPing(this: WebSocket): void {
  connectionOf(this)?.onPing()
}

function onPong(this: WebSocket): void {
  connectionOf(this)?.onPong()
}

const ignore = () => {}
