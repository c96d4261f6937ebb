/** Our schema, with as much behind it as the bench's first question needs. */
import { makeExecutableSchema } from '@graphql-tools/schema'
import typeDefs from '../../../schema.graphql'

export const createSchema = () =>
  makeExecutableSchema({ typeDefs, resolvers: { Query: { scanStatus: () => ({ state: 'IDLE' }) } } })
