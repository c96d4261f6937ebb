/** The HTTP side of the process, without a port: `fetch` for tests, `listener` and `upgrade` for `node:http`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { createClientAddresses } from './client-address.ts'
import type { Deps } from './deps.ts'
import type { Env } from './env.ts'
import { createGraphQL } from './graphql/graphql.ts'
import { createPersistedDocuments } from './graphql/persisted-documents.ts'
import { createSharedSubscriptions } from './graphql/shared-subscriptions.ts'
import { createGraphQLSockets } from './graphql/socket.ts'
import { createConnections } from './limits/connections.ts'
import { createRateLimits } from './limits/rate-limits.ts'
import { measuredOperations } from './ops/measured-operations.ts'
import { readPageDocuments } from './page-documents.ts'
import { readyResults } from './ready-results.ts'
import type { Log } from './scan/ports.ts'
import type { Site } from './site.ts'
import { createUpgrade } from './upgrade.ts'

export interface App {
  fetch(request: Request): Promise<Response>
  listener(request: IncomingMessage, response: ServerResponse): void
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Closes the WebSockets, saying that the server goes away. */
  close(): Promise<void>
}

/** After this long the site is loaded, whether or not somebody has asked for it, milliseconds. */
const LATER_MS = 500

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

  let loading: Promise<Site> | undefined
  const load = async (): Promise<Site> => {
    const { createSite } = await import('./site.ts')
    return createSite({
      env,
      auth,
      api,
      ops,
      addresses,
      rateLimits,
      graphql,
      documents,
      sharing,
      connections,
      log,
    })
  }
  const site = () => (loading ??= load())
  const later = setTimeout(() => void site(), LATER_MS).unref()

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
    next: (request, response) => void site().then(({ listener }) => listener(request, response)),
  })
  return {
    fetch: async (request) => (await site()).fetch(request),

    listener(request, response) {
      // An absolute-form target would be taken for another address by everything behind.
      if (!isOriginForm(request.url)) response.writeHead(400).end('The request target must be a path.\n')
      else ready(request, response)
    },

    upgrade: createUpgrade({ env, addresses, connections, sockets }),
    close() {
      clearTimeout(later)
      return sockets.close()
    },
  }
}

function isOriginForm(target: string | undefined): boolean {
  return target !== undefined && target.startsWith('/') && !target.startsWith('//')
}
