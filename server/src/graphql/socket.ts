/** GraphQL over WebSocket (`graphql-transport-ws`), for people and programs that say who they are. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { handleProtocols } from 'graphql-ws'
import { WebSocket, WebSocketServer, type ServerOptions } from 'ws'
import { createHeartbeat } from './heartbeat.ts'
import { performed } from './operation.ts'
import type { Peer } from './socket-admission.ts'
import { Connection, type ConnectionOptions } from './socket-connection.ts'

export type SocketOptions = Omit<ConnectionOptions, 'heartbeat' | 'subscribe'>

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

/**
 * Hands what happens to its connection. Listeners would do the same, in a list of their own for each of thousands of
 * sockets.
 */
class ConnectedSocket extends WebSocket {
  #connection: Connection | null = null
  #stream: Duplex | null = null

  begin(connection: Connection, stream: Duplex): void {
    this.#connection = connection
    this.#stream = stream
  }

  get wire(): Duplex | null {
    return this.readyState === WebSocket.OPEN ? this.#stream : null
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    switch (event) {
      case 'message':
        this.#connection?.onMessage(args[0] as Buffer, args[1] as boolean)
        return true
      case 'ping':
        this.#connection?.onPing()
        return true
      case 'pong':
        this.#connection?.onPong()
        return true
      case 'error':
        // ws closes what cannot be read by itself, with the code for it.
        return true
      case 'close':
        this.#connection?.onClose()
    }
    return super.emit(event, ...args)
  }
}

export function createGraphQLSockets(options: SocketOptions): GraphQLSockets {
  const sockets = new WebSocketServer({
    noServer: true,
    // The fan-out writes past ws, which would not know how to go on with a compressed stream. 0022 has the reasons.
    perMessageDeflate: false,
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

  return {
    upgrade(request, duplex, head, peer) {
      sockets.handleUpgrade(request, duplex, head, (socket) => {
        socket.begin(new Connection(common, socket, request, peer), duplex)
      })
    },
    async close() {
      for (const client of sockets.clients) client.close(GOING_AWAY, 'Going away')
      await new Promise((resolve) => sockets.close(resolve))
    },
  }
}
