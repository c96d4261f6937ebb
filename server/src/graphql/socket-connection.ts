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
  /** It is not there any more. */
  leave(): void
}

/** A stream as graphql-ws follows it. */
type Stream = Partial<AsyncGenerator>

/** How a client comes, until it says who it is. */
export interface Introduction {
  /** The one that asked for the upgrade. */
  request: IncomingMessage
  /** When it has taken too long. */
  timer: NodeJS.Timeout
}

/** A class, because there are thousands: what they all do is there once. */
export class Connection {
  readonly wire: Wire
  /** What the wire is made of: shared results are written to it directly. */
  readonly socket: WebSocket
  readonly peer: Peer
  /** Null when it has been looked at: it is as large as all the rest. */
  #introduction: Introduction | null
  /** Null until the client has said who it is. */
  viewer: Viewer | null = null
  /** Stops watching the credential. */
  unwatch: (() => void) | null = null
  /** The subscriptions under way, each with the payload that asked for it. */
  #streams: { asked: SubscribePayload; stream: Stream }[] = []

  constructor(wire: Wire, socket: WebSocket, introduction: Introduction, peer: Peer) {
    this.wire = wire
    this.socket = socket
    this.#introduction = introduction
    this.peer = peer
  }

  began(asked: SubscribePayload, stream: Stream): void {
    this.#streams.push({ asked, stream })
  }

  ended(asked: SubscribePayload): void {
    this.#streams = this.#streams.filter((one) => one.asked !== asked)
  }

  /** Takes the introduction, which is over. */
  introduced(): Introduction | null {
    const introduction = this.#introduction
    clearTimeout(introduction?.timer)
    this.#introduction = null
    return introduction
  }

  /** Ends everything that belongs to the client. */
  end(): void {
    this.introduced()
    this.unwatch?.()
    this.peer.leave()
    for (const { stream } of this.#streams) stream.return?.(undefined).catch(() => {})
    this.#streams = []
  }
}

/**
 * What the client shows: the token of its `connection_init`, which wins, or what came with the upgrade. A token that
 * is no text is a bad one, not none.
 */
export function credentialsOf(
  request: Pick<IncomingMessage, 'headers'> | null,
  payload: Readonly<Record<string, unknown>> | null | undefined,
  { mayUseCookie }: Peer,
): Headers {
  const { host, cookie, authorization } = request?.headers ?? {}
  const headers = new Headers(host === undefined ? {} : { host })
  const token = payload?.['authorization'] ?? payload?.['Authorization'] ?? authorization
  if (token !== undefined && token !== null) headers.set('authorization', printable(token))
  else if (mayUseCookie && cookie !== undefined) headers.set('cookie', cookie)
  return headers
}

/** What a header can carry. */
const printable = (value: unknown) => (typeof value === 'string' ? value.replace(/[^\x20-\x7e]/g, '?') : '?')
