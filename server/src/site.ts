/**
 * Everything over HTTP, as routes of Hono. Answers from bytes and WebSockets stand before it and do without it, so that
 * a server that starts can give its first answers before this is loaded.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough, Readable } from 'node:stream'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono, type MiddlewareHandler } from 'hono'
import type { ClientAddresses } from './client-address.ts'
import { crossOrigin } from './cross-site.ts'
import type { Deps } from './deps.ts'
import { GRAPHQL_PATH, guardedEdge, withoutForwarding, type EdgeEnv } from './edge.ts'
import type { Env } from './env.ts'
import { graphqlEndpoint } from './graphql-endpoint.ts'
import { createGraphQLOverHttp, type OverHttpOptions } from './graphql/yoga.ts'
import type { RateLimits } from './limits/rate-limits.ts'
import { observedRequests } from './ops/requests.ts'
import { opsRoutes } from './ops/routes.ts'
import { failed } from './problem.ts'
import { securityHeaders } from './security-headers.ts'
import { smallBodies } from './small-bodies.ts'
import { staticPage } from './static-page.ts'

export interface SiteOptions extends Pick<Deps, 'auth' | 'api' | 'ops'>, Omit<OverHttpOptions, 'watch'> {
  env: Env
  addresses: ClientAddresses
  rateLimits: RateLimits
}

export interface Site {
  fetch(request: Request): Promise<Response>
  listener(request: IncomingMessage, response: ServerResponse): void
}

export function createSite(options: SiteOptions): Site {
  const { env, auth, api, ops, addresses, rateLimits, log } = options
  const graphql = createGraphQLOverHttp({ ...options, watch: auth.watch })
  const app = new Hono<EdgeEnv>()
  app.use(observedRequests(ops.metrics, log))
  app.use(async (c, next) => {
    const socketAddress = c.env?.incoming?.socket.remoteAddress
    c.set('address', addresses.addressOf({ socketAddress, forwardedFor: c.req.header('x-forwarded-for') }))
    await next()
  })
  app.use(guardedEdge(env))
  app.use(withHeaders(securityHeaders(env)))
  app.use(GRAPHQL_PATH, crossOrigin(new Set(env.CORS_ORIGINS)))
  app.use(GRAPHQL_PATH, smallBodies())
  app.use('/api/*', smallBodies())

  app.route('/', opsRoutes(ops))
  app.get('/api/status', async (c) => {
    const needsSetup = await auth.needsSetup()
    return c.json({
      environment: env.ENVIRONMENT,
      demoAccount: env.ENVIRONMENT === 'LOCAL',
      needsSetup,
      simulated: api.marketData.simulated,
      mail: env.SMTP_URL !== undefined,
    })
  })
  app.on(['GET', 'POST'], '/api/auth/*', (c) => {
    const socketAddress = c.env?.incoming?.socket.remoteAddress
    const isSecure = c.req.header('x-forwarded-proto') === 'https' && addresses.isTrusted(socketAddress)
    return auth.handler(withoutForwarding(c.req.raw, c.get('address'), isSecure))
  })
  app.all('/api/*', (c) => c.json({ message: 'There is nothing at this address.' }, 404))
  app.all(GRAPHQL_PATH, graphqlEndpoint({ auth, graphql, rateLimits }))
  app.route('/', staticPage())
  app.onError(failed(log))

  /** A stream is written past all that stands between here and its reader, once its head is known. */
  async function answer(request: Request, bindings: EdgeEnv['Bindings']): Promise<Response> {
    const response = await app.fetch(request, bindings)
    const { stream, outgoing } = bindings
    if (stream === undefined) return response
    if (outgoing === undefined) {
      const body = new PassThrough()
      stream.open(body)
      return new Response(Readable.toWeb(body) as ReadableStream, response)
    }
    outgoing.writeHead(response.status, [...response.headers].flat())
    stream.open(outgoing)
    return RESPONSE_ALREADY_SENT
  }

  const listen = getRequestListener((request, bindings) => answer(request, bindings as HttpBindings), {
    overrideGlobalObjects: false,
  })
  return {
    fetch: (request) => answer(request, {}),
    listener: (request, response) => void listen(request, response),
  }
}

/** On each answer that has not one of its own. */
function withHeaders(headers: Readonly<Record<string, string>>): MiddlewareHandler {
  return async (c, next) => {
    await next()
    for (const [name, value] of Object.entries(headers))
      if (!c.res.headers.has(name)) c.res.headers.set(name, value)
  }
}
