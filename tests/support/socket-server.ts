/** The sockets of the server behind a small schema, with people, limits and mishaps that the test decides on. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql'
import type { Viewer } from '../../server/src/auth/viewer.ts'
import type { Watcher } from '../../server/src/auth/watched.ts'
import { createClientAddresses } from '../../server/src/client-address.ts'
import { readEnv } from '../../server/src/env.ts'
import type { Api } from '../../server/src/graphql/context.ts'
import { createPersistedDocuments } from '../../server/src/graphql/persisted-documents.ts'
import { createSharedSubscriptions } from '../../server/src/graphql/shared-subscriptions.ts'
import { createGraphQLSockets } from '../../server/src/graphql/socket.ts'
import { createGraphQL, type GraphQLOptions } from '../../server/src/graphql/graphql.ts'
import { createConnections, type ConnectionBounds } from '../../server/src/limits/connections.ts'
import type { RateLimits } from '../../server/src/limits/rate-limits.ts'
import { createMetrics } from '../../server/src/ops/metrics.ts'
import { createUpgrade } from '../../server/src/upgrade.ts'
import { recordingLog, type RecordingLog } from './fakes.ts'

/** The cookie and the token of the one person there is. */
export const COOKIE = 'session=alice'
export const TOKEN = 'Bearer wa_alice'
export const HELLO = { type: 'connection_init' }
export const HELLO_WITH_TOKEN = { type: 'connection_init', payload: { authorization: TOKEN } }
/** Of the one document that may be named. */
export const PERSISTED = '{ count }'
export const PERSISTED_HASH = createHash('sha256').update(PERSISTED).digest('hex')
/** Of one value of `large`. */
export const LARGE = 1_000_000

const alice: Viewer = {
  id: 'alice',
  email: 'alice@example.com',
  name: 'Alice',
  role: 'ADMINISTRATOR',
  isDemo: false,
  credential: { kind: 'SESSION', id: 'session', expiresAt: new Date(8.64e15) },
  scopes: new Set(['READ', 'SCAN', 'ADMIN']),
}

export interface SocketServerOptions extends Partial<ConnectionBounds> {
  plugins?: GraphQLOptions['plugins']
  settings?: Record<string, string>
  viewerOf?: (headers: Headers) => Promise<Viewer | null>
  take?: RateLimits['take']
  patienceMs?: number
}

export interface SocketServer extends AsyncDisposable {
  url: string
  log: RecordingLog
  /** How often `count` was executed. */
  counted(): number
  /** Streams that somebody still reads. */
  streams(): number
  /** Credentials that are watched. */
  watches(): number
  /** Open sockets, as Prometheus is told. */
  sockets(): Promise<number>
  /** What happens when a person signs out. */
  signOut(): void
  close(): Promise<void>
}

export async function startSocketServer(options: SocketServerOptions = {}): Promise<SocketServer> {
  const log = recordingLog()
  const metrics = createMetrics()
  const watched = new Set<Watcher>()
  const streams = new Set<object>()
  let counted = 0

  const text = new GraphQLNonNull(GraphQLString)
  const subscription = (subscribe: () => unknown) => ({
    type: text,
    subscribe,
    resolve: (value: string) => {
      if (value === 'bad') throw new Error('the inside of a resolver')
      return value
    },
  })
  const tree: GraphQLObjectType = new GraphQLObjectType({
    name: 'Tree',
    fields: () => ({ tree: { type: tree, resolve: () => ({}) } }),
  })
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({
      name: 'Query',
      fields: {
        count: { type: GraphQLInt, resolve: () => (counted += 1) },
        fails: {
          type: GraphQLString,
          resolve: () => {
            throw new Error('the inside of a resolver')
          },
        },
        sum: { type: GraphQLInt, args: { of: { type: new GraphQLList(GraphQLInt) } }, resolve: () => 0 },
        tree: { type: tree, resolve: () => ({}) },
      },
    }),
    subscription: new GraphQLObjectType({
      name: 'Subscription',
      fields: {
        once: subscription(() => streamOf(streams, 'one', 'END')),
        ever: subscription(() => streamOf(streams, 'first', 'WAIT')),
        large: subscription(() => streamOf(streams, 'x'.repeat(LARGE), 'AGAIN')),
        bad: subscription(() => streamOf(streams, 'bad', 'END')),
        refuses: subscription(() => {
          throw new Error('the inside of a subscription')
        }),
        breaks: subscription(() => ({
          [Symbol.asyncIterator]: () => ({
            next: async () => {
              throw new Error('the inside of a stream')
            },
          }),
        })),
      },
    }),
  })

  const connections = createConnections({ perUser: 0, perAddress: 0, ...options })
  const documents = createPersistedDocuments(new Map([[PERSISTED_HASH, PERSISTED]]))
  const auth = {
    viewerOf:
      options.viewerOf ??
      (async (headers: Headers) => {
        const token = headers.get('authorization')
        const isAlice = token === null ? headers.get('cookie') === COOKIE : token === TOKEN
        return isAlice ? alice : null
      }),
    join(_viewer: Viewer, watcher: Watcher) {
      watched.add(watcher)
      return watched
    },
  }
  const sharing = createSharedSubscriptions(
    options.patienceMs === undefined ? {} : { patienceMs: options.patienceMs },
  )
  const graphql = createGraphQL({
    api: {} as Api,
    log,
    requestTimeoutMs: 5_000,
    suggests: false,
    plugins: [{ onPluginInit: ({ setSchema }) => setSchema(schema) }, ...(options.plugins ?? [])],
  })
  const unlimited = { allowed: true, limit: Infinity, remaining: Infinity, resetSeconds: 0 }
  const sockets = createGraphQLSockets({
    graphql,
    auth,
    documents,
    rateLimits: { take: options.take ?? (async () => unlimited) },
    sharing,
    metrics,
    log,
  })
  const env = readEnv(options.settings ?? {})
  const addresses = createClientAddresses(env.TRUSTED_PROXIES)
  const server = createServer()
  server.on('upgrade', createUpgrade({ env, addresses, connections, sockets }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `ws://127.0.0.1:${port}/graphql`,
    log,
    counted: () => counted,
    streams: () => streams.size,
    watches: () => watched.size,
    sockets: async () =>
      Number(/^wheel_analyzer_websocket_connections (\d+)$/m.exec(await metrics.text())?.[1]),
    signOut() {
      for (const watcher of watched) watcher.onEnd()
    },
    close: () => sockets.close(),
    async [Symbol.asyncDispose]() {
      await sockets.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Says it once or again and again, then ends or waits until it is left; counts as one of `open` for so long. */
function streamOf(open: Set<object>, value: string, then: 'END' | 'WAIT' | 'AGAIN') {
  let said = false
  let leave = (_result: IteratorResult<string>) => {}
  const iterator = {
    [Symbol.asyncIterator]: () => iterator,
    async next(): Promise<IteratorResult<string>> {
      if (!open.has(iterator) || (said && then === 'END')) return iterator.return()
      if (said && then === 'WAIT') return new Promise((resolve) => (leave = resolve))
      said = true
      return { done: false, value }
    },
    async return(): Promise<IteratorResult<string>> {
      open.delete(iterator)
      const done = { done: true as const, value: undefined }
      leave(done)
      return done
    },
  }
  open.add(iterator)
  return iterator
}
