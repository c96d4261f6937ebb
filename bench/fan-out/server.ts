/** The process that is measured: shared execution, or plain graphql-ws, or no GraphQL at all, all sending the same. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildSchema, parse, subscribe, type ExecutionArgs } from 'graphql'
import {
  createEventStreams,
  createFanOut,
  positioned,
  sharedSubscriptions,
} from '../../server/src/fan-out/index.ts'
import { useServer, WebSocketServer } from './packages.ts'
import { query, statusAt, type Status, type Task } from './task.ts'

const task = JSON.parse(process.argv[2] ?? '') as Task
const schema = buildSchema(/* GraphQL */ `
  type Progress {
    done: Int!
    total: Int!
    current: [String!]!
  }
  type Status {
    epoch: ID!
    seq: Int!
    snapshot: Boolean!
    state: String!
    text: String!
    progress: Progress!
  }
  type Query {
    ok: Boolean
  }
  type Subscription {
    status: Status!
  }
`)

let seq = 0
const tellers = new Set<(status: Status) => void>()

function follow(): AsyncIterableIterator<Status> {
  const unread: Status[] = [{ ...statusAt(seq, task.textBytes), snapshot: true }]
  let reader: ((step: IteratorResult<Status>) => void) | null = null
  const tell = (status: Status) => {
    if (reader === null) return void unread.push(status)
    reader({ done: false, value: status })
    reader = null
  }
  tellers.add(tell)
  return {
    async next() {
      const status = unread.shift()
      if (status !== undefined) return { done: false, value: status }
      return new Promise((resolve) => (reader = resolve))
    },
    async return() {
      tellers.delete(tell)
      reader?.({ done: true, value: undefined })
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

Object.assign(schema.getSubscriptionType()?.getFields()['status'] ?? {}, {
  subscribe: () => positioned(follow(), (status) => status),
  resolve: (status: Status) => status,
})

const fanOut = createFanOut<undefined>({ rightsOf: () => 'all' })
const streams = createEventStreams(fanOut)
const responses = new Set<ServerResponse>()
const args: ExecutionArgs = { schema, document: parse(query) }

/** Parsed and validated once for all, as servers do that remember documents. */
const onSubscribe = () => ({ ...args })

const server = createServer((_request, response) => {
  if (task.kind === 'ours') streams.open({ args, subscribe }, response)
  else {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
    response.write(':\n\n')
    responses.add(response)
  }
})
const sockets = new WebSocketServer({ server, handleProtocols: () => 'graphql-transport-ws' })
if (task.kind === 'raw') sockets.on('connection', (socket) => socket.on('message', () => socket.send('{}')))
if (task.kind === 'ours') useServer({ onSubscribe, ...sharedSubscriptions(fanOut, subscribe) }, sockets)
if (task.kind === 'plain') useServer({ onSubscribe, subscribe: subscribe as never }, sockets)

/** What a broadcast without GraphQL sends: as much as the others do, and the same to everybody. */
function broadcast(status: Status): void {
  const payload = JSON.stringify({ data: { status } })
  if (task.transport === 'SSE') {
    const bytes = Buffer.from(`event: next\ndata: ${payload}\n\n`)
    for (const response of responses) response.write(bytes)
  } else {
    const text = `{"id":"5d1c8a52-3e69-4f6c-9f80-5f0a7a0d3f11","type":"next","payload":${payload}}`
    for (const socket of sockets.clients) socket.send(text)
  }
}

function event(): void {
  seq += 1
  const status = statusAt(seq, task.textBytes)
  if (task.kind === 'raw') broadcast(status)
  else for (const tell of tellers) tell(status)
}

function usage() {
  const { user, system } = process.cpuUsage()
  globalThis.gc?.()
  return { cpuUs: user + system, rss: process.memoryUsage().rss, blockedMs }
}

/** The longest that the event loop was blocked since the last look. */
let blockedMs = 0
let lastTurn = performance.now()
setInterval(() => {
  const now = performance.now()
  blockedMs = Math.max(blockedMs, now - lastTurn - 1)
  lastTurn = now
}, 1)

process.on('message', (order) => {
  if (order === 'event') event()
  else {
    process.send?.(usage())
    blockedMs = 0
    lastTurn = performance.now()
  }
})
process.on('disconnect', () => process.exit())
server.listen(0, '127.0.0.1', 10_000, () => process.send?.({ port: (server.address() as AddressInfo).port }))
