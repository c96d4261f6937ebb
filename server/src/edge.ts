/** Who may talk to this server, judged before anything reads the request. */
import { isIP } from 'node:net'
import { isLoopback, type Env } from './env.ts'

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

/** A browser says where a request comes from; programs say nothing, and are no danger to a cookie. */
export function isForeignOrigin(headers: Headers): boolean {
  const origin = headers.get('origin')
  if (origin === null) return headers.get('sec-fetch-site') === 'cross-site'
  try {
    return new URL(origin).host !== headers.get('host')
  } catch {
    return true
  }
}

export const CLIENT_ADDRESS_HEADER = 'x-client-address'

/** Anybody can write these headers, so nobody is believed: the address is the socket's. */
export function withoutForwarding(request: Request, remoteAddress: string | undefined): Request {
  const headers = new Headers(request.headers)
  for (const name of request.headers.keys()) {
    if (
      name.startsWith('x-forwarded-') ||
      ['forwarded', 'x-real-ip', 'cf-connecting-ip', CLIENT_ADDRESS_HEADER].includes(name)
    ) {
      headers.delete(name)
    }
  }
  headers.set(CLIENT_ADDRESS_HEADER, remoteAddress ?? '127.0.0.1')
  return new Request(request.url, {
    method: request.method,
    headers,
    signal: request.signal,
    ...(request.body !== null && { body: request.body, duplex: 'half' }),
  })
}
