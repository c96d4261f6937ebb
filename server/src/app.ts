/** The HTTP side of the process, without a port: `fetch` for tests, `listener` and `upgrade` for `node:http`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { secureHeaders } from 'hono/secure-headers'
import type { Deps } from './deps.ts'
import { isForeignOrigin, isUnknownHost, knownHosts, withoutForwarding } from './edge.ts'
import type { Env } from './env.ts'
import { createGraphQLSockets } from './graphql/socket.ts'
import { createGraphQL } from './graphql/yoga.ts'
import { graphiqlPage } from './graphiql.ts'
import { measuredOperations } from './ops/measured-operations.ts'
import { observedRequests } from './ops/requests.ts'
import { opsRoutes } from './ops/routes.ts'
import { DatabaseAway } from './scan/errors.ts'
import type { Log } from './scan/ports.ts'
import { staticPage } from './static-page.ts'

export interface App {
  fetch(request: Request): Promise<Response>
  listener(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Closes the WebSockets, saying that the server goes away. */
  close(): Promise<void>
}

interface AppEnv {
  Bindings: Partial<HttpBindings>
  Variables: { requestId: string }
}

const MAX_BODY_BYTES = 256 * 1024

export function createApp({ auth, api, ops }: Pick<Deps, 'auth' | 'api' | 'ops'>, env: Env, log: Log): App {
  const { metrics } = ops
  const graphql = createGraphQL(api, log, [measuredOperations(metrics)])
  const sockets = createGraphQLSockets({ graphql, viewerOf: auth.viewerOf })
  const hosts = knownHosts(env)
  const environment = env.ENVIRONMENT
  const app = new Hono<AppEnv>()

  app.use(observedRequests(metrics, log))
  app.use(async (c, next) => {
    if (isUnknownHost(c.req.header('host'), hosts))
      return c.text('This server does not answer to that host name.\n', 421)
    if (c.req.method !== 'GET' && isForeignOrigin(c.req.raw.headers))
      return c.text('Requests from other sites are refused.\n', 403)
    return next()
  })
  const secure = secureHeaders({
    strictTransportSecurity: env.PUBLIC_URL?.startsWith('https:') ?? false,
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      // Mantine and the table set sizes through style attributes.
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'", 'data:'],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  })
  app.use(async (c, next) => {
    let own: string | null = null
    await secure(c, async () => {
      await next()
      own = c.res.headers.get('Content-Security-Policy')
    })
    // A page with a policy of its own (GraphiQL) keeps it.
    if (own !== null) c.res.headers.set('Content-Security-Policy', own)
  })
  const limited = bodyLimit({ maxSize: MAX_BODY_BYTES, onError: () => tooLarge() })
  app.use('/graphql', limited)
  app.use('/api/*', limited)

  app.route('/', opsRoutes(ops))

  app.get('/api/status', async (c) => {
    const needsSetup = await auth.needsSetup()
    const { simulated } = api.marketData
    return c.json({ environment, demoAccount: environment === 'LOCAL', needsSetup, simulated })
  })

  app.on(['GET', 'POST'], '/api/auth/*', (c) =>
    auth.handler(withoutForwarding(c.req.raw, c.env?.incoming?.socket.remoteAddress)),
  )

  app.all('/graphql', async (c) => {
    const viewer = await auth.viewerOf(c.req.raw.headers)
    const wantsPage = c.req.method === 'GET' && c.req.header('accept')?.includes('text/html') === true
    if (wantsPage) return viewer === null ? c.redirect('/sign-in?next=/graphql') : graphiqlPage(c.req.raw)
    if (viewer === null) return problem(401, 'UNAUTHENTICATED', 'Sign in first.')
    if (
      c.req.method === 'POST' &&
      !/^application\/(graphql\+)?json\b/i.test(c.req.header('content-type') ?? '')
    ) {
      return problem(415, 'BAD_REQUEST', 'Send the operation as application/json.')
    }
    return graphql.fetch(c.req.raw, { viewer, requestId: c.get('requestId') })
  })

  app.all('/api/*', (c) => c.json({ message: 'There is nothing at this address.' }, 404))
  app.route('/', staticPage())

  app.onError((error, c) => {
    if (error instanceof DatabaseAway) {
      const response = problem(503, error.code, error.message)
      response.headers.set('Retry-After', '5')
      return response
    }
    log.error({ err: error, requestId: c.get('requestId') }, 'A request failed.')
    return problem(500, 'INTERNAL_SERVER_ERROR', 'Something went wrong on the server.', c.get('requestId'))
  })

  const listen = getRequestListener(app.fetch, { overrideGlobalObjects: false })

  return {
    fetch: async (request) => app.fetch(request),

    listener(request, response) {
      // An absolute-form target would be taken for another address by everything behind.
      if (!isOriginForm(request.url)) response.writeHead(400).end('The request target must be a path.\n')
      else void listen(request, response)
    },

    upgrade(request, socket, head) {
      const headers = new Headers()
      for (const name of ['host', 'origin', 'sec-fetch-site'] as const) {
        const value = request.headers[name]
        if (typeof value === 'string') headers.set(name, value)
      }
      const refuse = (status: string) =>
        socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      if (!isOriginForm(request.url) || request.url?.split('?')[0] !== '/graphql') refuse('404 Not Found')
      else if (isUnknownHost(headers.get('host') ?? undefined, hosts)) refuse('421 Misdirected Request')
      else if (isForeignOrigin(headers)) refuse('403 Forbidden')
      else {
        metrics.sockets.inc()
        socket.once('close', () => metrics.sockets.dec())
        sockets.upgrade(request, socket, head)
      }
    },

    close: () => sockets.close(),
  }
}

function isOriginForm(target: string | undefined): boolean {
  return target !== undefined && target.startsWith('/') && !target.startsWith('//')
}

/** What follows on the connection is the rest of the body: nobody reads it. */
function tooLarge(): Response {
  const response = problem(
    413,
    'PAYLOAD_TOO_LARGE',
    `A request may have ${MAX_BODY_BYTES / 1024} kB at most.`,
  )
  response.headers.set('Connection', 'close')
  return response
}

/** The shape of a GraphQL error, also where GraphQL has not begun. */
function problem(status: number, code: string, message: string, requestId?: string): Response {
  const extensions = { code, ...(requestId !== undefined && { requestId }) }
  return Response.json({ errors: [{ message, extensions }] }, { status })
}
