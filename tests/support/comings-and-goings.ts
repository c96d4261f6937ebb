/** Every way to connect and to leave again: with a goodbye, without one, half-way, and in the middle of a word. */
import { createClient as createSseClient } from 'graphql-sse'
import { WebSocket } from 'ws'
import { attack, type Sent } from './hostile-wire.ts'
import { pick, upTo, type Draw } from './hostile-words.ts'
import { openSocket } from './raw-socket.ts'
import { pause, until } from './until.ts'

export interface Place {
  url: string
  cookie: string
}

const FOLLOW = 'subscription { scanStatus { seq changedTickers { symbol } } }'
const subscribe = (id: string) => ({ id, type: 'subscribe', payload: { query: FOLLOW } })

type Coming = (place: Place, draw: Draw) => Promise<unknown>

async function seated({ url, cookie }: Place) {
  const client = await openSocket(`${url.replace('http', 'ws')}/graphql`, { headers: { cookie } })
  client.say({ type: 'connection_init' })
  await until(() => client.heard.length > 0)
  return client
}

/** Whoever has read the first update of a subscription. */
async function listening(place: Place) {
  const client = await seated(place)
  client.say(subscribe('1'))
  await client.about('1')
  return client
}

const head = ({ url, cookie }: Place, first: string, ...headers: string[]) =>
  [first, `Host: ${new URL(url).host}`, `Cookie: ${cookie}`, ...headers, '', ''].join('\r\n')

function post(place: Place, query: string): string {
  const text = JSON.stringify({ query })
  const headers = [
    'Content-Type: application/json',
    'Accept: text/event-stream',
    `Content-Length: ${text.length}`,
  ]
  return head(place, 'POST /graphql HTTP/1.1', ...headers) + text
}

const upgrade = (place: Place) =>
  head(
    place,
    'GET /graphql HTTP/1.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
  )

/** Sends it, and is gone, by a FIN or by a RST. */
const thenGone = ({ url }: Place, draw: Draw, ...sent: Sent[]) =>
  attack(Number(new URL(url).port), { name: '', sent, leaves: pick(draw, ['CUT', 'RESET']) })

const comings: Coming[] = [
  // A socket that is closed as it should be.
  async (place) => {
    const { socket, ended } = await listening(place)
    socket.close()
    await ended
  },
  // Cut off.
  async (place) => (await listening(place)).socket.terminate(),
  async (place) => (await seated(place)).socket.terminate(),
  // Amid the first answers.
  async (place, draw) => {
    const client = await seated(place)
    for (let n = 0; n < 10; n += 1) client.say(subscribe(String(n)))
    await pause(upTo(draw, 5))
    client.socket.terminate()
  },
  // Completed, and again by the same name.
  async (place) => {
    const { say, socket, ended } = await listening(place)
    say({ id: '1', type: 'complete' })
    say(subscribe('1'))
    say({ id: '1', type: 'complete' })
    say(subscribe('1'))
    socket.close()
    await ended
  },
  // Shown the door.
  async (place) => {
    const { say, ended } = await listening(place)
    say('{')
    await ended
  },
  // Without a credential.
  async ({ url }) => {
    const { say, ended } = await openSocket(`${url.replace('http', 'ws')}/graphql`)
    say({ type: 'connection_init' })
    await ended
  },
  // Refused at the upgrade.
  async ({ url }) => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, { origin: 'https://evil.example' })
    await new Promise((resolve) => socket.once('error', resolve))
  },
  // Half an upgrade; an upgrade whose answer nobody reads; half a frame.
  (place, draw) => thenGone(place, draw, upgrade(place).slice(0, upTo(draw, 200))),
  (place, draw) => thenGone(place, draw, upgrade(place)),
  (place, draw) => thenGone(place, draw, upgrade(place), 5, Buffer.from([0x81, 0xfe, 0x10, 0, 1, 2])),
  // Server-sent events: left after the first, at once, and half-way through the request.
  async ({ url, cookie }) => {
    const client = createSseClient({ url: `${url}/graphql`, headers: { cookie }, retryAttempts: 0 })
    for await (const _ of client.iterate({ query: FOLLOW })) break
    client.dispose()
  },
  (place, draw) => thenGone(place, draw, post(place, FOLLOW), upTo(draw, 10)),
  (place, draw) => thenGone(place, draw, post(place, FOLLOW).slice(0, 100 + upTo(draw, 200)), upTo(draw, 5)),
]

/** One client that comes and goes. */
export const comeAndGo = (place: Place, draw: Draw): Promise<unknown> => pick(draw, comings)(place, draw)
