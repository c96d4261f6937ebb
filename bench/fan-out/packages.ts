/** Packages that the server depends on, so that the bench need not. */
import { createRequire } from 'node:module'
import type * as GraphQLWs from '../../server/node_modules/graphql-ws/dist/use/ws.js'
import type * as Ws from 'ws'

const require = createRequire(new URL('../../server/package.json', import.meta.url))

export const { WebSocket, WebSocketServer } = require('ws') as typeof Ws
export const { useServer } = require('graphql-ws/use/ws') as typeof GraphQLWs
