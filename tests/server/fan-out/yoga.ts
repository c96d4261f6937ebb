/** Yoga, which is the server's dependency and not that of the tests. */
import { createRequire } from 'node:module'
import type * as Yoga from '../../../server/node_modules/graphql-yoga/typings/index.js'

const require = createRequire(new URL('../../../server/package.json', import.meta.url))

export const { createSchema, createYoga } = require('graphql-yoga') as typeof Yoga
