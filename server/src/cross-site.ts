/** What pages of other sites can do here: nothing, but for the origins of CORS_ORIGINS, which come with a token. */
import type { MiddlewareHandler } from 'hono'

/** No page of another site can send one of these, unless its preflight was allowed. */
const PREFLIGHTED_HEADERS = ['graphql-require-preflight', 'apollo-require-preflight', 'x-graphql-yoga-csrf']

const EXPOSED_HEADERS = [
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Retry-After',
  'WWW-Authenticate',
  'X-Request-Id',
]
const DAY_SECONDS = 86_400

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

/** Whether no page of another site can have made a browser send this, cookie and all, without asking first. */
export function isPreflighted(headers: Headers): boolean {
  return (
    headers.get('sec-fetch-site') === 'same-origin' ||
    headers.has('authorization') ||
    PREFLIGHTED_HEADERS.some((name) => headers.has(name))
  )
}

/** Lets pages of these origins ask, and read the answers. */
export function crossOrigin(origins: ReadonlySet<string>): MiddlewareHandler {
  return async (c, next) => {
    const origin = c.req.header('origin')
    if (origin === undefined || !origins.has(origin)) return next()
    const isPreflight = c.req.method === 'OPTIONS'
    if (isPreflight) c.res = new Response(null, { status: 204 })
    else await next()
    const { headers } = c.res
    headers.set('Access-Control-Allow-Origin', origin)
    headers.append('Vary', 'Origin')
    if (isPreflight) {
      headers.set('Access-Control-Allow-Methods', 'GET, POST')
      headers.set(
        'Access-Control-Allow-Headers',
        ['authorization', 'content-type', ...PREFLIGHTED_HEADERS].join(', '),
      )
      headers.set('Access-Control-Max-Age', String(DAY_SECONDS))
    } else headers.set('Access-Control-Expose-Headers', EXPOSED_HEADERS.join(', '))
  }
}
