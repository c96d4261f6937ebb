/** The HTTP side of the process, without a port: `fetch` for tests, `listener` and `upgrade` for `node:http`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { PassThrough, Readable, type Duplex } from 'node:stream'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { Hono } from 'hono'
import { createClientAddresses } from './client-address.ts'
import { crossOrigin } from './cross-site.ts'
import type { Deps } from './deps.ts'
import { GRAPHQL_PATH, guardedEdge, withoutForwarding, type EdgeEnv } from './edge.ts'
import type { Env } from './env.ts'
import { graphqlEndpoint } from './graphql-endpoint.ts'
import { createPersistedDocuments } from './graphql/persisted-documents.ts'
import { createSharedSubscriptions } from './graphql/shared-subscriptions.ts'
import { createGraphQLSockets } from './graphql/socket.ts'
import { createGraphQL } from './graphql/yoga.ts'
import { createConnections } from './limits/connections.ts'
import { createRateLimits } from './limits/rate-limits.ts'
import { measuredOperations } from './ops/measured-operations.ts'
import { observedRequests } from './ops/requests.ts'
import { opsRoutes } from './ops/routes.ts'
import { readPageDocuments } from './page-documents.ts'
import { failed } from './problem.ts'
import type { Log } from './scan/ports.ts'
import { readyResults } from './ready-results.ts'
import { securityHeaders } from './security-headers.ts'
import { smallBodies } from './small-bodies.ts'
import { staticPage } from './static-page.ts'
import { createUpgrade } from './upgrade.ts'

export interface App {
  fetch(request: Request): Promise<Response>
  listener(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Closes the WebSockets, saying that the server goes away. */
  close(): Promise<void>
}

export function createApp(
  {
    auth,
    api,
    ops,
    version,
    limits: { counters },
  }: Pick<Deps, 'auth' | 'api' | 'ops' | 'limits' | 'version'>,
  env: Env,
  log: Log,
): App {
  const { metrics } = ops
  const addresses = createClientAddresses(env.TRUSTED_PROXIES)
  const rateLimits = createRateLimits(counters, { perMinute: env.RATE_LIMIT_PER_MINUTE })
  const connections = createConnections({
    perUser: env.MAX_SOCKETS_PER_USER,
    perAddress: env.MAX_SOCKETS_PER_ADDRESS,
  })
  const documents = createPersistedDocuments(readPageDocuments())
  const sharing = createSharedSubscriptions()
  const graphql = createGraphQL({
    api,
    log,
    documents,
    sharing,
    connections,
    watch: auth.watch,
    requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
    suggests: env.ENVIRONMENT === 'LOCAL',
    plugins: [measuredOperations(metrics)],
  })
  const sockets = createGraphQLSockets({ graphql, auth, documents, rateLimits, sharing, metrics, log })

  metrics.sample(metrics.subscribers, () => {
    // All who share an operation are one subscriber of its source.
    const { subscribers, operations } = sharing.count()
    return api.live.subscribers() + subscribers - operations
  })

  const app = new Hono<EdgeEnv>()
  app.use(observedRequests(metrics, log))
  app.use(async (c, next) => {
    const socketAddress = c.env?.incoming?.socket.remoteAddress
    c.set('address', addresses.addressOf({ socketAddress, forwardedFor: c.req.header('x-forwarded-for') }))
    await next()
  })
  app.use(guardedEdge(env))
  app.use(securityHeaders(env))
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
  const ready = readyResults({
    env,
    auth,
    addresses,
    rateLimits,
    documents,
    graphql,
    version,
    metrics,
    log,
    answer,
    next: (request, response) => void listen(request, response),
  })
  return {
    fetch: (request) => answer(request, {}),

    listener(request, response) {
      // An absolute-form target would be taken for another address by everything behind.
      if (!isOriginForm(request.url)) response.writeHead(400).end('The request target must be a path.\n')
      else ready(request, response)
    },

    upgrade: createUpgrade({ env, addresses, connections, sockets }),
    close: () => sockets.close(),
  }
}

function isOriginForm(target: string | undefined): boolean {
  return target !== undefined && target.startsWith('/') && !target.startsWith('//')
}
