/** Who may talk to this server, judged before anything reads the request. */
import { isIP } from 'node:net'
import type { HttpBindings } from '@hono/node-server'
import type { MiddlewareHandler } from 'hono'
import { isForeignOrigin } from './cross-site.ts'
import { isLoopback, type Env } from './env.ts'
import type { EventStream } from './graphql/streams.ts'

export const GRAPHQL_PATH = '/graphql'

/** What is found out about a request before anybody answers it. */
export interface EdgeEnv {
  Bindings: Partial<HttpBindings> & {
    /** What the body of the answer is to be, once its head is told. */
    stream?: EventStream
  }
  Variables: { requestId: string; address: string }
}

/** The names, without port, that LOCAL answers to; null in PRODUCTION, whose proxy knows. */
export function knownHosts({
  ENVIRONMENT,
  HOST,
  PUBLIC_URL,
  ALLOW_REMOTE_DEMO,
}: Env): ReadonlySet<string> | null {
  if (ENVIRONMENT !== 'LOCAL') return null
  const names = ['localhost', '127.0.0.1', '::1', HOST.toLowerCase()]
  if (PUBLIC_URL !== undefined) names.push(new URL(PUBLIC_URL).hostname)
  // Other machines reach a remote demo by address.
  if (ALLOW_REMOTE_DEMO && !isLoopback(HOST)) names.push('*')
  return new Set(names)
}

/** `host` is the Host header; `known` holds names without ports, null for a server that answers to any name. */
export function isUnknownHost(host: string | undefined, known: ReadonlySet<string> | null): boolean {
  if (known === null || host === undefined) return false
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
  // A page that rebinds its name to this machine sends that name; an address cannot be rebound.
  return !known.has(name) && !(known.has('*') && isIP(name) !== 0)
}

/** The host that a request names, and the origin that it comes from, before anything else is looked at. */
export function guardedEdge(env: Env): MiddlewareHandler {
  const hosts = knownHosts(env)
  const friends = new Set(env.CORS_ORIGINS)
  return async (c, next) => {
    const { method, path, raw } = c.req
    if (isUnknownHost(c.req.header('host'), hosts))
      return c.text('This server does not answer to that host name.\n', 421)
    const isFriend = path === GRAPHQL_PATH && friends.has(c.req.header('origin') ?? '')
    if (method !== 'GET' && !isFriend && isForeignOrigin(raw.headers))
      return c.text('Requests from other sites are refused.\n', 403)
    return next()
  }
}

export const CLIENT_ADDRESS_HEADER = 'x-client-address'

/**
 * For code that reads addresses and origins from requests itself: anybody can write forwarding headers, so they are
 * taken out, and what they said is put in where it was a trusted proxy's word.
 */
export function withoutForwarding(request: Request, address: string, isSecure: boolean): Request {
  const headers = new Headers(request.headers)
  for (const name of request.headers.keys()) {
    if (
      name.startsWith('x-forwarded-') ||
      ['forwarded', 'x-real-ip', 'cf-connecting-ip', CLIENT_ADDRESS_HEADER].includes(name)
    ) {
      headers.delete(name)
    }
  }
  headers.set(CLIENT_ADDRESS_HEADER, address)
  return new Request(isSecure ? request.url.replace(/^http:/, 'https:') : request.url, {
    method: request.method,
    headers,
    signal: request.signal,
    ...(request.body !== null && { body: request.body, duplex: 'half' }),
  })
}
