import { createServer } from 'node:http'
import { createYoga } from 'graphql-yoga'
import { createSchema } from './schema.mjs'

const yoga = createYoga({ schema: createSchema(), logging: false, graphiql: false })
const server = createServer((request, response) => void yoga(request, response))
server.listen(0, '127.0.0.1', () => console.log(`port ${server.address().port}`))
