/** Over the wire: graphql-ws' and graphql-sse's own clients, a real server, real sockets. */
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createSocketClient } from 'graphql-ws'
import { useServer } from 'graphql-ws/use/ws'
import type { ExecutionResult } from 'graphql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import {
  createEventStreams,
  eventStreamHeaders,
  sharedSubscriptions,
  useFanOut,
} from '../../../server/src/fan-out/index.ts'
import { until } from '../../support/until.ts'
import { createStage } from './stage.ts'
import { createWorld, createWorldSchema, type Context } from './world.ts'
import { createYoga } from './yoga.ts'

const ALL = 'subscription { updates { seq snapshot changed { symbol price } } }'
/** Where the fan-out writes to the stream below a WebSocket. */
const PAST_WS = '/past-ws'

let world: ReturnType<typeof createWorld>
let stage: ReturnType<typeof createStage>
let url: string
let closeStreams: ((reason?: unknown) => void)[]
let stop: () => Promise<void>

beforeEach(async () => {
  world = createWorld()
  stage = createStage(world, { patienceMs: 300 })
  closeStreams = []
  const streams = createEventStreams(stage.fanOut, { pingMs: 40 })
  const server = createServer((request, response) => void answer(request, response))
  async function answer(request: IncomingMessage, response: ServerResponse) {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    response.writeHead(200, { ...eventStreamHeaders, 'X-Request-Id': '7' })
    const asked = JSON.parse(body) as { query: string }
    closeStreams.push(streams.open(stage.subscriptionOf(asked), response).close)
  }
  const webSocketServer = new WebSocketServer({ server })
  webSocketServer.on('connection', (socket, { url, socket: wire }) => {
    if (url === PAST_WS) Object.assign(socket, { wire })
  })
  const { subscribe } = stage.subscriptionOf({ query: ALL })
  const dispose = useServer(
    {
      schema: stage.schema,
      context: () => ({ rights: 'all', updates: () => world.subscribe() }) satisfies Context,
      ...sharedSubscriptions(stage.fanOut, subscribe),
    },
    webSocketServer,
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `127.0.0.1:${(server.address() as AddressInfo).port}`
  stop = async () => {
    await dispose.dispose()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})
afterEach(() => stop())

type Client = Pick<ReturnType<typeof createSocketClient>, 'subscribe' | 'dispose'>

interface Following {
  results: ExecutionResult[]
  state: 'OPEN' | 'COMPLETE' | { error: unknown }
  stop: () => void
}

function follow(client: Client, query: string): Following {
  const following: Following = { results: [], state: 'OPEN', stop: () => {} }
  following.stop = client.subscribe(
    { query },
    {
      next: (result) => void following.results.push(result as ExecutionResult),
      complete: () => (following.state = 'COMPLETE'),
      error: (error) => (following.state = { error }),
    },
  )
  return following
}

const clients = {
  WebSocket: (): Client =>
    createSocketClient({ url: `ws://${url}`, webSocketImpl: WebSocket, retryAttempts: 0 }),
  'WebSocket, past ws': (): Client =>
    createSocketClient({ url: `ws://${url}${PAST_WS}`, webSocketImpl: WebSocket, retryAttempts: 0 }),
  SSE: (): Client => createSseClient({ url: `http://${url}`, retryAttempts: 0 }) as unknown as Client,
}
/** So much that no buffer on the way holds it for a reader that does not read. */
async function tellUntilOneHasLeft(quick: Following): Promise<void> {
  const large = 'x'.repeat(1_000_000)
  for (let price = 1; stage.fanOut.count().subscribers === 2; price += 1) {
    world.update(large, price)
    await until(() => quick.results.length === price + 1)
  }
}
const nobodyIsLeft = () => stage.fanOut.count().operations === 0 && world.openSources() === 0

describe.each(['WebSocket', 'WebSocket, past ws', 'SSE'] as const)('over %s', (transport) => {
  test('a client gets a snapshot, every change, and the end', async () => {
    const client = clients[transport]()
    const following = follow(client, ALL)
    await until(() => following.results.length === 1)
    world.update('A', 1.5)
    world.update('Ü’漢', 2)
    await until(() => following.results.length === 3)
    world.end()
    await until(() => following.state === 'COMPLETE')
    expect(following.results.map(({ data }) => data?.['updates'])).toEqual([
      { seq: 0, snapshot: true, changed: [] },
      { seq: 1, snapshot: false, changed: [{ symbol: 'A', price: 1.5 }] },
      { seq: 2, snapshot: false, changed: [{ symbol: 'Ü’漢', price: 2 }] },
    ])
    await client.dispose()
    await until(nobodyIsLeft)
  })

  test('a client that stops, and one that vanishes, have left', async () => {
    const [stopping, vanishing] = [clients[transport](), clients[transport]()]
    const [one, other] = [follow(stopping, ALL), follow(vanishing, ALL)]
    await until(() => one.results.length === 1 && other.results.length === 1)
    one.stop()
    await until(() => stage.fanOut.count().subscribers === 1)
    await vanishing.dispose()
    await until(nobodyIsLeft)
    await stopping.dispose()
  })

  test('an error in a result, and an operation that is refused, look as they always do', async () => {
    const client = clients[transport]()
    const fragile = follow(client, 'subscription { updates { fragile } }')
    await until(() => fragile.results.length === 1)
    expect(fragile.results[0]).toMatchObject({
      data: { updates: { fragile: null } },
      errors: [{ message: 'Unexpected error.', path: ['updates', 'fragile'] }],
    })
    fragile.stop()
    const refused = follow(client, 'subscription { refused { seq } }')
    await until(() => refused.state !== 'OPEN')
    expect([refused.state, refused.results.length, refused.results[0]?.errors?.length]).toEqual([
      'COMPLETE',
      1,
      1,
    ])
    await client.dispose()
  })
})

test('one socket carries many operations, each with its own id, and loses one without the others', async () => {
  const client = clients.WebSocket()
  const [one, same, other] = [ALL, ALL, 'subscription { updates { epoch } }'].map((query) =>
    follow(client, query),
  )
  await until(() => [one, same, other].every((following) => following?.results.length === 1))
  one?.stop()
  await until(() => stage.fanOut.count().subscribers === 2)
  world.update('A', 1)
  await until(() => same?.results.length === 2 && other?.results.length === 2)
  expect([one?.results.length, stage.executions()]).toEqual([1, 4])
  await client.dispose()
})

test('a socket that is not read is closed with a code that says so, and its neighbour has everything', async () => {
  const client = clients.WebSocket()
  const quick = follow(client, ALL)
  const stalled = new WebSocket(`ws://${url}`, 'graphql-transport-ws')
  await new Promise((resolve) => stalled.once('open', resolve))
  stalled.send(JSON.stringify({ type: 'connection_init' }))
  await new Promise((resolve) => stalled.once('message', resolve))
  stalled.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: ALL } }))
  await until(() => stage.fanOut.count().subscribers === 2 && quick.results.length === 1)
  stalled.pause()
  const closed = new Promise<number>((resolve) => stalled.once('close', resolve))
  await tellUntilOneHasLeft(quick)
  stalled.resume()
  expect(await closed).toBe(1013)
  await client.dispose()
})

test('a stream that is not read is cut, and its neighbour has everything', async () => {
  const client = clients.SSE()
  const quick = follow(client, ALL)
  const stalled = await new Promise<IncomingMessage>((resolve) =>
    httpRequest(`http://${url}`, { method: 'POST' }, resolve).end(JSON.stringify({ query: ALL })),
  )
  stalled.on('error', () => {})
  const cut = new Promise((resolve) => stalled.once('close', resolve))
  await until(() => stage.fanOut.count().subscribers === 2 && quick.results.length === 1)
  await tellUntilOneHasLeft(quick)
  stalled.resume()
  await cut
  await client.dispose()
})

test('a stream keeps the headers it had, is alive while nothing happens, and says why it ends', async () => {
  const response = await fetch(`http://${url}`, { method: 'POST', body: JSON.stringify({ query: ALL }) })
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  expect(response.headers.get('x-request-id')).toBe('7')
  let text = ''
  const reading = (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
      text += decoder.decode(chunk)
  })()
  await until(() => text.match(/^:\n\n/gm)?.length === 4)
  const reason = Object.assign(new Error('Signed out.'), { name: 'GraphQLError' })
  closeStreams[0]?.(Object.assign(reason, { toJSON: () => ({ message: 'Signed out.' }) }))
  await reading
  expect(text.replaceAll(/^:\n\n/gm, '')).toBe(
    [
      'event: next\ndata: {"data":{"updates":{"seq":0,"snapshot":true,"changed":[]}}}\n\n',
      'event: next\ndata: {"errors":[{"message":"Signed out."}]}\n\n',
      'event: complete\ndata:\n\n',
    ].join(''),
  )
  await until(nobodyIsLeft)
})

test('a stream whose reader has gone before it begins follows nothing', async () => {
  const streams = createEventStreams(stage.fanOut)
  const gone = new PassThrough()
  gone.destroy()
  const { close } = streams.open(stage.subscriptionOf({ query: ALL }), gone)
  expect(stage.fanOut.count()).toEqual({ operations: 0, subscribers: 0, slow: 0 })
  close(new Error('too late'))
})

test('as a plugin, it shares between all who ask Yoga, and a client that goes takes nobody with it', async () => {
  let executions = 0
  const schema = createWorldSchema(() => (executions += 1))
  const yoga = createYoga<object, Context>({
    schema,
    logging: false,
    context: () => ({ rights: 'all', updates: () => world.subscribe() }),
    plugins: [useFanOut(stage.fanOut)],
  })
  const open = async () => {
    const response = await yoga.fetch('http://yoga/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: ALL }),
    })
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const stream = { text: '', stop: () => void reader.cancel() }
    const decoder = new TextDecoder()
    void (async () => {
      for (;;) {
        const { value, done } = await reader.read()
        if (done) return
        stream.text += decoder.decode(value)
      }
    })()
    return stream
  }
  const [first, second, third] = [await open(), await open(), await open()]
  await until(() => [first, second, third].every(({ text }) => text.includes('"seq":0')))
  first.stop()
  await until(() => stage.fanOut.count().subscribers === 2)
  const before = executions
  world.update('A', 1)
  await until(() => [second, third].every(({ text }) => text.includes('"seq":1')))
  expect(executions - before).toBe(1)
  second.stop()
  third.stop()
  await until(nobodyIsLeft)
})
