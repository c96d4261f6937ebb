/** Which connections become WebSockets: judged by target, host, origin and number, before anything is said on them. */
import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ClientAddresses } from './client-address.ts'
import { isForeignOrigin } from './cross-site.ts'
import { GRAPHQL_PATH, isUnknownHost, knownHosts } from './edge.ts'
import type { Env } from './env.ts'
import type { Peer } from './graphql/socket-admission.ts'
import type { GraphQLSockets } from './graphql/socket.ts'
import type { Connections } from './limits/connections.ts'

export interface UpgradeOptions {
  env: Env
  addresses: ClientAddresses
  connections: Connections
  sockets: Pick<GraphQLSockets, 'upgrade'>
}

/** Of a browser, in an upgrade that it makes. */
const telling = ['host', 'origin', 'sec-fetch-site'] as const

/** For the `upgrade` event of `node:http`. */
export function createUpgrade({ env, addresses, connections, sockets }: UpgradeOptions) {
  const hosts = knownHosts(env)
  const friends = new Set(env.CORS_ORIGINS)

  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // Node has taken its own listener away, and a reset would end the process.
    socket.on('error', giveUp)
    const headers = new Headers(
      telling.flatMap((name) => {
        const value = request.headers[name]
        return value === undefined ? [] : [[name, value]]
      }),
    )
    const isFriend = friends.has(headers.get('origin') ?? '')
    const isForeign = isForeignOrigin(headers)
    if (request.url?.split('?')[0] !== GRAPHQL_PATH) return refuse(socket, 404)
    if (isUnknownHost(headers.get('host') ?? undefined, hosts)) return refuse(socket, 421)
    if (isForeign && !isFriend) return refuse(socket, 403)

    const address = addresses.addressOf({
      socketAddress: request.socket.remoteAddress,
      forwardedFor: request.headers['x-forwarded-for']?.toString(),
    })
    const peer = new CountedPeer(connections, address, !isForeign)
    if (!peer.isCounted) return refuse(socket, 429, 'Retry-After: 5\r\n')
    // From here on, ws has its own.
    socket.off('error', giveUp)
    sockets.upgrade(request, socket, head, peer)
  }
}

/** No closure: it lives as long as the socket, and the request would with it. */
function giveUp(this: Duplex): void {
  this.destroy()
}

/** A connection that counts for its address at once, and for a person as soon as it says whose it is. */
class CountedPeer implements Peer {
  readonly address: string
  readonly mayUseCookie: boolean
  readonly #connections: Connections
  #viewerId: string | null = null
  #isCounted: boolean

  constructor(connections: Connections, address: string, mayUseCookie: boolean) {
    this.#connections = connections
    this.address = address
    this.mayUseCookie = mayUseCookie
    this.#isCounted = this.#connections.take(null, address) === null
  }

  get isCounted(): boolean {
    return this.#isCounted
  }

  claim(viewerId: string): boolean {
    this.leave()
    this.#viewerId = viewerId
    this.#isCounted = this.#connections.take(viewerId, this.address) === null
    return this.#isCounted
  }

  leave(): void {
    if (this.#isCounted) this.#connections.giveBack(this.#viewerId, this.address)
    this.#isCounted = false
  }
}

/** Says why, and does not wait for a client that keeps its end open. */
function refuse(socket: Duplex, status: number, headers = ''): void {
  socket.once('finish', () => socket.destroy())
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers}Connection: close\r\nContent-Length: 0\r\n\r\n`,
  )
}
