/**
 * `node queries.mjs <task as JSON>`: another GraphQL server with the same schema and the same data, as its makers
 * recommend it, without sign-in, rights and limits. Says its port to the parent.
 *
 * `raw` knows no GraphQL: it reads the request and sends the bytes, which is the least that any server can do.
 */
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { makeExecutableSchema } from '@graphql-tools/schema'
import { Redis } from 'ioredis'

/** `rows`: what a resolver has to do for them: `given` nothing, `parsed` read their texts, `redis` fetch these first. */
const { kind, answer, rows, redisUrl } = JSON.parse(process.argv[2])
const text = readFileSync(answer, 'utf8')
const { data } = JSON.parse(text)

async function resolver() {
  if (rows === 'given') return () => data.scanResults
  const { tickers, ...summary } = data.scanResults
  const texts = tickers.map((ticker) => JSON.stringify(ticker))
  if (rows === 'parsed') return () => ({ ...summary, tickers: texts.map((text) => JSON.parse(text)) })
  const redis = new Redis(redisUrl)
  const key = 'bench:tickers'
  await redis.hset(key, Object.fromEntries(tickers.map(({ symbol }, index) => [symbol, texts[index]])))
  return async () => {
    const stored = await redis.hgetall(key)
    return { ...summary, tickers: Object.values(stored).map((text) => JSON.parse(text)) }
  }
}

const scanResults = await resolver()

function schema() {
  const typeDefs = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8')
  return makeExecutableSchema({ typeDefs, resolvers: { Query: { scanResults } } })
}

/** A minute: nothing changes while it is measured. */
const TTL_MS = 60_000

const kinds = {
  raw() {
    const body = Buffer.from(text)
    const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': body.length }
    return listen(
      createServer((request, response) => {
        request.resume().once('end', () => response.writeHead(200, headers).end(body))
      }),
    )
  },
  yoga: () => yoga([]),
  'yoga, JIT': async () => yoga([(await import('@envelop/graphql-jit')).useGraphQlJit()]),
  'yoga, cached': async () => {
    const { useResponseCache } = await import('@graphql-yoga/plugin-response-cache')
    return yoga([useResponseCache({ session: () => null, ttl: TTL_MS })])
  },
  mercurius: () => mercurius({}),
  'mercurius, JIT': () => mercurius({ jit: 1 }),
  'mercurius, cached': () => mercurius({ jit: 1 }, true),
  apollo: () => apollo(false),
  'apollo, cached': () => apollo(true),
}

async function yoga(plugins) {
  const { createYoga } = await import('graphql-yoga')
  const yoga = createYoga({ schema: schema(), plugins, logging: false, graphiql: false })
  return listen(createServer((request, response) => void yoga(request, response)))
}

async function mercurius(options, cached = false) {
  const { default: fastify } = await import('fastify')
  const { default: plugin } = await import('mercurius')
  const app = fastify()
  app.register(plugin, { schema: schema(), ...options })
  if (cached) {
    const { default: cache } = await import('mercurius-cache')
    app.register(cache, { ttl: TTL_MS / 1000, policy: { Query: { scanResults: true } } })
  }
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server.address().port
}

async function apollo(cached) {
  const { ApolloServer } = await import('@apollo/server')
  const { startStandaloneServer } = await import('@apollo/server/standalone')
  const plugins = []
  if (cached) {
    const { default: responseCache } = await import('@apollo/server-plugin-response-cache')
    const { ApolloServerPluginCacheControl } = await import('@apollo/server/plugin/cacheControl')
    plugins.push(ApolloServerPluginCacheControl({ defaultMaxAge: TTL_MS / 1000 }))
    // The package is CommonJS.
    plugins.push((responseCache.default ?? responseCache)())
  }
  const { url } = await startStandaloneServer(new ApolloServer({ schema: schema(), plugins }), {
    listen: { port: 0, host: '127.0.0.1' },
  })
  return Number(new URL(url).port)
}

function listen(server) {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)))
}

process.on('disconnect', () => process.exit())
process.send({ port: await kinds[kind]() })
