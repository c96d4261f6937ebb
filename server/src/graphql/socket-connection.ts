/** One client of a WebSocket: who it is, and what has to end when it goes. */
import type { IncomingMessage } from 'node:http'
import type { SubscribePayload } from 'graphql-ws'
import type { WebSocket } from 'ws'
import type { Viewer } from '../auth/viewer.ts'
import type { Wire } from './socket-wire.ts'

/** The other end of a connection, before it has said who it is. */
export interface Peer {
  address: string
  /** False for pages of other origins: a browser adds the cookie without asking anybody. */
  mayUseCookie: boolean
  /** Counts the connection as this person's; false when that is one too many. */
  claim(viewerId: string): boolean
}

export interface Connection {
  wire: Wire
  /** What the wire is made of: shared results are written to it directly. */
  socket: WebSocket
  request: IncomingMessage
  peer: Peer
  /** Null until the client has said who it is. */
  viewer: Viewer | null
  /** Stops watching the credential. */
  unwatch: () => void
  /** The subscriptions under way, by the payload that asked for them. */
  streams: Map<SubscribePayload, Partial<AsyncGenerator>>
  /** Ends everything that belongs to the client. */
  end(): void
}

export function createConnection(
  wire: Wire,
  socket: WebSocket,
  request: IncomingMessage,
  peer: Peer,
): Connection {
  const streams: Connection['streams'] = new Map()
  const connection: Connection = {
    wire,
    socket,
    request,
    peer,
    viewer: null,
    unwatch: () => {},
    streams,
    end() {
      connection.unwatch()
      for (const stream of streams.values()) stream.return?.(undefined).catch(() => {})
      streams.clear()
    },
  }
  return connection
}

/**
 * What the client shows: the token of its `connection_init`, which wins, or what came with the upgrade. A token that
 * is no text is a bad one, not none.
 */
export function credentialsOf(
  { headers: { host, cookie, authorization } }: IncomingMessage,
  payload: Readonly<Record<string, unknown>> | null | undefined,
  { mayUseCookie }: Peer,
): Headers {
  const headers = new Headers(host === undefined ? {} : { host })
  const token = payload?.['authorization'] ?? payload?.['Authorization'] ?? authorization
  if (token !== undefined && token !== null) headers.set('authorization', printable(token))
  else if (mayUseCookie && cookie !== undefined) headers.set('cookie', cookie)
  return headers
}

/** What a header can carry. */
const printable = (value: unknown) => (typeof value === 'string' ? value.replace(/[^\x20-\x7e]/g, '?') : '?')
