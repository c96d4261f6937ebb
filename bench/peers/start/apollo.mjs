import { createServer } from 'node:http'
import { ApolloServer } from '@apollo/server'
import { expressMiddleware } from '@as-integrations/express5'
import express from 'express'
import { createSchema } from './schema.mjs'

const apollo = new ApolloServer({ schema: createSchema() })
await apollo.start()
const app = express()
app.use('/graphql', express.json(), expressMiddleware(apollo))
const server = createServer(app)
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`))
