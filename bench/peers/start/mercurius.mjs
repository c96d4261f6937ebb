import fastify from 'fastify'
import mercurius from 'mercurius'
import { createSchema } from './schema.mjs'

const app = fastify()
app.register(mercurius, { schema: createSchema() })
await app.listen({ port: 0, host: '127.0.0.1' })
console.log(`port ${app.server.address().port}`)
