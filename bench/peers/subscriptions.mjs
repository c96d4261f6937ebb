/**
 * `node subscriptions.mjs <task as JSON>`: another GraphQL server with the same schema, as its makers recommend it for
 * subscriptions, without sign-in, rights and limits. It hears of each event through Redis, as ours does, and is given
 * the event's data for nothing, where ours reads it. Says its port to the parent.
 *
 * `raw` knows no GraphQL: it sends the bytes to everybody, which is the least that any server can do.
 */
import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
import { makeExecutableSchema } from '@graphql-tools/schema'
import { Redis } from 'ioredis'

const { kind, redisUrl, channel, sample } = JSON.parse(process.argv[2])
const TOPIC = 'SCAN_STATUS'
const first = { ...sample, snapshot: true }

/** @param follow (context) → an async iterable of what `publish` is given */
function schemaOf(follow) {
  const typeDefs = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8')
  const scanStatus = {
    subscribe: async (_root, _args, context) => beginningWith(first, await follow(context)),
    resolve: (status) => status,
  }
  return makeExecutableSchema({ typeDefs, resolvers: { Subscription: { scanStatus } } })
}

/** The current state at once, then every change; without the cost that an `async function*` adds to each. */
function beginningWith(value, iterable) {
  const iterator = iterable[Symbol.asyncIterator]()
  let hasBegun = false
  return {
    next() {
      if (hasBegun) return iterator.next()
      hasBegun = true
      return Promise.resolve({ done: false, value })
    },
    return: () => iterator.return?.() ?? Promise.resolve({ done: true, value: undefined }),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** Each starts, and answers `{ server, publish }`. */
const kinds = {
  async raw() {
    const { WebSocketServer } = await import('ws')
    const server = createServer()
    const sockets = new WebSocketServer({ server, handleProtocols: () => 'graphql-transport-ws' })
    const messageOf = (status) =>
      Buffer.from(
        `{"id":"5d1c8a52-3e69-4f6c-9f80-5f0a7a0d3f11","type":"next","payload":${JSON.stringify({ data: { scanStatus: status } })}}`,
      )
    const welcome = messageOf(first)
    sockets.on('connection', (socket) => {
      socket.once('message', () => {
        socket.send('{"type":"connection_ack"}')
        socket.once('message', () => socket.send(welcome, { binary: false }))
      })
    })
    return {
      server,
      publish(status) {
        const message = messageOf(status)
        for (const socket of sockets.clients) socket.send(message, { binary: false })
      },
    }
  },

  async 'raw stream'() {
    const responses = new Set()
    const messageOf = (status) =>
      Buffer.from(`event: next\ndata: ${JSON.stringify({ data: { scanStatus: status } })}\n\n`)
    const welcome = messageOf(first)
    const server = createServer((request, response) => {
      request.resume().once('end', () => {
        response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
        response.write(welcome)
        responses.add(response)
        response.once('close', () => responses.delete(response))
      })
    })
    return {
      server,
      publish(status) {
        const message = messageOf(status)
        for (const response of responses) response.write(message)
      },
    }
  },

  /** Yoga's documentation: subscriptions, "GraphQL over WebSocket". Its SSE needs nothing more. */
  async yoga() {
    const { createPubSub, createYoga } = await import('graphql-yoga')
    const { useServer } = await import('graphql-ws/use/ws')
    const { WebSocketServer } = await import('ws')
    const pubSub = createPubSub()
    const schema = schemaOf(() => pubSub.subscribe(TOPIC))
    const yoga = createYoga({ schema, logging: false, graphiql: false })
    const server = createServer((request, response) => void yoga(request, response))
    useServer(
      {
        execute: (args) => args.rootValue.execute(args),
        subscribe: (args) => args.rootValue.subscribe(args),
        async onSubscribe(context, _id, params) {
          const { schema, execute, subscribe, contextFactory, parse, validate } = yoga.getEnveloped({
            ...context,
            req: context.extra.request,
            socket: context.extra.socket,
            params,
          })
          const args = {
            schema,
            operationName: params.operationName,
            document: parse(params.query),
            variableValues: params.variables,
            contextValue: await contextFactory(),
            rootValue: { execute, subscribe },
          }
          const errors = validate(args.schema, args.document)
          return errors.length > 0 ? errors : args
        },
      },
      new WebSocketServer({ server, path: yoga.graphqlEndpoint }),
    )
    return { server, publish: (status) => pubSub.publish(TOPIC, status) }
  },

  /** Apollo's documentation: "Subscriptions in Apollo Server". */
  async apollo() {
    const { ApolloServer } = await import('@apollo/server')
    const { ApolloServerPluginDrainHttpServer } = await import('@apollo/server/plugin/drainHttpServer')
    const { expressMiddleware } = await import('@as-integrations/express5')
    const { default: express } = await import('express')
    const { PubSub } = await import('graphql-subscriptions')
    const { useServer } = await import('graphql-ws/use/ws')
    const { WebSocketServer } = await import('ws')
    const pubSub = new PubSub()
    const schema = schemaOf(() => pubSub.asyncIterableIterator([TOPIC]))
    const app = express()
    const server = createServer(app)
    const sockets = useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }))
    const drainSockets = { serverWillStart: async () => ({ drainServer: () => sockets.dispose() }) }
    const apollo = new ApolloServer({
      schema,
      plugins: [ApolloServerPluginDrainHttpServer({ httpServer: server }), drainSockets],
    })
    await apollo.start()
    app.use('/graphql', express.json(), expressMiddleware(apollo))
    return { server, publish: (status) => void pubSub.publish(TOPIC, status) }
  },

  /** Mercurius' documentation: "Subscriptions", with the emitter that it brings. */
  async mercurius() {
    const { default: fastify } = await import('fastify')
    const { default: mercurius } = await import('mercurius')
    const app = fastify()
    const schema = schemaOf(({ pubsub }) => pubsub.subscribe(TOPIC))
    app.register(mercurius, { schema, subscription: true })
    await app.ready()
    return { app, publish: (status) => app.graphql.pubsub.publish({ topic: TOPIC, payload: status }) }
  },
}

async function listen({ server, app }) {
  if (app !== undefined) {
    await app.listen({ port: 0, host: '127.0.0.1' })
    return app.server.address().port
  }
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server.address().port
}

const started = await kinds[kind]()
const redis = new Redis(redisUrl, { enableReadyCheck: false, maxRetriesPerRequest: null })
redis.on('message', (_channel, message) => {
  const { epoch, seq } = JSON.parse(message)
  started.publish({ ...sample, epoch, seq })
})
await redis.subscribe(channel)
process.send({ port: await listen(started) })
