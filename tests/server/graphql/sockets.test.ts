/** GraphQL over WebSocket: who may connect, what the protocol and the limits refuse, and what is left behind. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { ClientOptions } from 'ws'
import { DatabaseAway } from '../../../server/src/scan/errors.ts'
import { openSocket, upgradeStatus, type RawSocket } from '../../support/raw-socket.ts'
import {
  COOKIE,
  HELLO,
  HELLO_WITH_TOKEN,
  LARGE,
  PERSISTED_HASH,
  startSocketServer,
  TOKEN,
  type SocketServer,
  type SocketServerOptions,
} from '../../support/socket-server.ts'
import { pause, until } from '../../support/until.ts'

const open: (SocketServer | RawSocket)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const one of open.splice(0).toReversed())
    if ('heard' in one) one.socket.terminate()
    else await one[Symbol.asyncDispose]()
})

async function serve(options: SocketServerOptions = {}): Promise<SocketServer> {
  const server = await startSocketServer(options)
  open.push(server)
  return server
}

async function knock({ url }: SocketServer, options: ClientOptions = {}): Promise<RawSocket> {
  const socket = await openSocket(url, options)
  open.push(socket)
  return socket
}

const withCookie = { headers: { cookie: COOKIE } }

/** @returns a client that has been let in */
async function enter(server: SocketServer): Promise<RawSocket> {
  const client = await knock(server, withCookie)
  client.say(HELLO)
  await until(() => client.heard.some(({ type }) => type === 'connection_ack'))
  return client
}

const subscribe = (id: string, query: string, more: object = {}) => ({
  id,
  type: 'subscribe',
  payload: { query, ...more },
})
const isNext = ({ type }: { type: string }) => type === 'next'
const codesIn = ({ payload }: { payload?: unknown }) =>
  (payload as { extensions?: { code: string } }[]).map(({ extensions }) => extensions?.code)

const FRIEND = 'https://friend.example'
const friendly = { settings: { CORS_ORIGINS: FRIEND } }
const unauthorized = [4401, 'Unauthorized']

describe('who is let in', () => {
  const token = (value: unknown) => ({ type: 'connection_init', payload: { authorization: value } })
  test.each<[string, ClientOptions['headers'], object, 'ack' | unknown[]]>([
    ['a cookie', { cookie: COOKIE }, HELLO, 'ack'],
    ['a token in the first message', {}, HELLO_WITH_TOKEN, 'ack'],
    ['a token there, in capitals', {}, { ...HELLO, payload: { Authorization: TOKEN } }, 'ack'],
    ['a token with the upgrade', { authorization: TOKEN }, HELLO, 'ack'],
    ['nothing', {}, HELLO, unauthorized],
    ['a bad token beside a good cookie', { cookie: COOKIE }, token('Bearer wa_eve'), unauthorized],
    ['a token that is no text', { cookie: COOKIE }, token({ toString: 'Bearer' }), unauthorized],
    ['a token that no header can carry', { cookie: COOKIE }, token('Bearer wa_\r\nx: y\u0000'), unauthorized],
    ['a good token beside a bad cookie', { cookie: 'session=eve' }, HELLO_WITH_TOKEN, 'ack'],
    ['a friendly page with the cookie', { cookie: COOKIE, origin: FRIEND }, HELLO, unauthorized],
    ['a friendly page with a token', { origin: FRIEND }, HELLO_WITH_TOKEN, 'ack'],
  ])('%s', async (_name, headers, hello, outcome) => {
    const client = await knock(await serve(friendly), { headers: headers ?? {} })
    client.say(hello)
    if (outcome === 'ack') await until(() => client.heard[0]?.type === 'connection_ack')
    else expect(await client.ended).toEqual(outcome)
  })

  test.each<[string, string, ClientOptions['headers'], number]>([
    ['a page of another site', '', { origin: 'https://evil.example' }, 403],
    ['a page without an origin', '', { origin: 'null' }, 403],
    ['a page of another site, by the browser’s word', '', { 'sec-fetch-site': 'cross-site' }, 403],
    ['another path', '/other', {}, 404],
    ['a rebound name', '', { host: 'evil.example' }, 421],
  ])('%s is refused at the upgrade', async (_name, path, headers, status) => {
    const { url } = await serve(friendly)
    expect(await upgradeStatus(url + path, { headers: headers ?? {} })).toBe(status)
  })

  test('an absolute target is no path of ours', async () => {
    const { port } = new URL((await serve()).url)
    const raw = connect(Number(port), '127.0.0.1')
    raw.write(
      'GET http://127.0.0.1/graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
    const [answer] = (await once(raw, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/)
    // The client keeps its end open, and nobody waits for it.
    await once(raw, 'close')
  })

  test('a connection that is reset while it is refused does no harm', async () => {
    const server = await serve()
    const { port } = new URL(server.url)
    for (let round = 0; round < 20; round += 1) {
      const raw = connect(Number(port), '127.0.0.1')
      raw.on('error', () => {})
      await once(raw, 'connect')
      raw.write('GET /other HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
      raw.resetAndDestroy()
    }
    await enter(server)
  })

  test('with the database away, the client is asked to come again', async () => {
    const away = await serve({ viewerOf: () => Promise.reject(new DatabaseAway()) })
    const client = await knock(away, withCookie)
    client.say(HELLO)
    expect(await client.ended).toEqual([1013, 'Try again later'])
  })

  test('a bug in looking somebody up is logged, and told without its inside', async () => {
    const server = await serve({ viewerOf: () => Promise.reject(new Error('the inside')) })
    const client = await knock(server, withCookie)
    client.say(HELLO)
    expect(await client.ended).toEqual([4500, 'Internal server error'])
    expect(server.log.lines).toHaveLength(1)
  })

  test('whoever signs out is shown the door, and what it still says is not heard', async () => {
    const server = await serve()
    const client = await enter(server)
    client.say(subscribe('1', 'subscription { ever }'))
    await client.about('1')
    server.signOut()
    for (let n = 0; n < 20; n += 1) client.say(subscribe(`q${n}`, '{ count }'))
    expect(await client.ended).toEqual(unauthorized)
    expect(server.counted()).toBe(0)
  })
})

describe('bounds', () => {
  test('an address has so many connections, and a place is free again when one has left', async () => {
    const server = await serve({ perAddress: 2 })
    const [first] = [await enter(server), await knock(server)]
    expect(await upgradeStatus(server.url)).toBe(429)
    first.socket.close()
    await until(async () => (await upgradeStatus(server.url)) === 101)
  })

  test('a forwarded address counts only when a trusted proxy names it', async () => {
    const forged = (n: number) => ({ headers: { 'x-forwarded-for': `192.0.2.${n}` } })
    const believed = await serve({ perAddress: 1, settings: { TRUSTED_PROXIES: '127.0.0.1' } })
    await knock(believed, forged(1))
    expect(await upgradeStatus(believed.url, forged(2))).toBe(101)
    const unbelieved = await serve({ perAddress: 1 })
    await knock(unbelieved, forged(1))
    expect(await upgradeStatus(unbelieved.url, forged(2))).toBe(429)
  })

  test('a person has so many connections, and a place is free again when one has left', async () => {
    const server = await serve({ perUser: 2 })
    const [first] = [await enter(server), await enter(server)]
    const third = await knock(server, withCookie)
    third.say(HELLO)
    expect(await third.ended).toEqual([4429, 'Too many connections'])
    first.socket.terminate()
    await until(async () => (await server.sockets()) === 1)
    await enter(server)
  })

  test('a connection has 100 operations at a time; the next is refused, and nothing else is harmed', async () => {
    const server = await serve()
    const client = await enter(server)
    // Each another one: what is the same is executed once.
    for (let n = 1; n <= 101; n += 1) client.say(subscribe(String(n), `subscription { a${n}: ever }`))
    const refused = await client.about('101')
    expect(refused.type).toBe('error')
    expect(codesIn(refused)).toEqual(['TOO_MANY_OPERATIONS'])
    await until(() => client.heard.filter(isNext).length === 100)
    client.say({ id: '7', type: 'complete' })
    await until(() => server.streams() === 99)
    client.say(subscribe('102', '{ count }'))
    expect((await client.about('102')).type).toBe('next')
  })

  test('each operation counts for the rate limit', async () => {
    const taken: (string | null)[] = []
    const take = async (viewer: { id: string } | null) => {
      taken.push(viewer?.id ?? null)
      return { allowed: taken.length <= 2, limit: 2, remaining: 0, resetSeconds: 42 }
    }
    const client = await enter(await serve({ take }))
    client.say(subscribe('1', '{ count }'))
    expect((await client.about('1')).type).toBe('next')
    client.say(subscribe('2', '{ count }'))
    expect(await client.about('2')).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 42 } }],
    })
    expect(taken).toEqual([null, 'alice', 'alice'])
    expect(client.socket.readyState).toBe(client.socket.OPEN)
  })

  test('guesses at tokens count for the address', async () => {
    const take = async () => ({ allowed: false, limit: 1, remaining: 0, resetSeconds: 9 })
    const client = await knock(await serve({ take }))
    client.say(HELLO_WITH_TOKEN)
    expect(await client.ended).toEqual([4429, 'Too many requests'])
  })

  test.each([
    ['depth', `{ ${'tree { '.repeat(12)}__typename${' }'.repeat(12)} }`, {}, 'TOO_DEEP'],
    [
      'aliases',
      `{ ${Array.from({ length: 16 }, (_, n) => `a${n}: count`).join(' ')} }`,
      {},
      'TOO_MANY_ALIASES',
    ],
    ['tokens', `{ ${'count '.repeat(1_001)} }`, {}, 'DOCUMENT_TOO_LARGE'],
    [
      'lists',
      'query($of: [Int]) { sum(of: $of) }',
      { variables: { of: Array(1_001).fill(1) } },
      'LIST_TOO_LONG',
    ],
    ['syntax', '{ count', {}, 'GRAPHQL_PARSE_FAILED'],
    ['no document', '', {}, 'BAD_REQUEST'],
    ['unknown documents', '', named('0'.repeat(64)), 'PERSISTED_QUERY_NOT_FOUND'],
  ])('the limits of HTTP hold here too: %s', async (_name, query, more, code) => {
    const client = await enter(await serve())
    client.say(subscribe('1', query, more))
    const { type, payload } = await client.about('1')
    const errors = type === 'error' ? payload : (payload as { errors: unknown }).errors
    expect(codesIn({ payload: errors })).toContain(code)
    // What HTTP makes its status of stays here.
    expect(JSON.stringify(errors)).not.toContain('"http"')
  })

  test('a document may be named instead of sent', async () => {
    const client = await enter(await serve())
    client.say(subscribe('1', '', named(PERSISTED_HASH)))
    expect(await client.about('1')).toMatchObject({ type: 'next', payload: { data: { count: 1 } } })
  })

  test('a flood of messages is ended', async () => {
    const client = await enter(await serve())
    for (let n = 0; n < 2_000; n += 1) client.say({ type: 'pong' })
    expect(await client.ended).toEqual([4429, 'Too many messages'])
  })

  test('a flood of pings is ended', async () => {
    const client = await enter(await serve())
    for (let n = 0; n < 2_000; n += 1) client.socket.ping()
    // The goodbye may be lost among the answers that nobody waits for.
    expect((await client.ended)[0]).toBeOneOf([4429, 1006])
  })
})

function named(sha256Hash: string) {
  return { extensions: { persistedQuery: { version: 1, sha256Hash } } }
}

describe('the protocol', () => {
  type Deed = (client: RawSocket) => void
  test.each<[string, boolean, Deed, number]>([
    ['no JSON', true, ({ say }) => say('{'), 4400],
    ['no object', true, ({ say }) => say('[]'), 4400],
    ['an unknown type', true, ({ say }) => say({ type: 'connect' }), 4400],
    ['the prototype as a type', true, ({ say }) => say({ type: '__proto__' }), 4400],
    ['a message of the server’s', true, ({ say }) => say({ type: 'next', id: '1', payload: {} }), 4400],
    ['no id', true, ({ say }) => say({ type: 'subscribe', payload: { query: '{ count }' } }), 4400],
    ['an empty id', true, ({ say }) => say(subscribe('', '{ count }')), 4400],
    ['variables that are a list', true, ({ say }) => say(subscribe('1', '', { variables: [] })), 4400],
    ['bytes instead of text', true, ({ socket }) => socket.send(Buffer.from('{"type":"ping"}')), 4400],
    ['no UTF-8', true, ({ socket }) => socket.send(Buffer.from([0xff, 0xfe]), { binary: false }), 1007],
    ['256 kB and one byte', true, ({ say }) => say(' '.repeat(256 * 1024 + 1)), 1009],
    ['an operation before the greeting', false, ({ say }) => say(subscribe('1', '{ count }')), 4401],
    [
      'two greetings',
      true,
      ({ say }) => {
        say(HELLO)
      },
      4429,
    ],
    [
      'an id that is in use',
      true,
      ({ say }) => {
        say(subscribe('1', 'subscription { ever }'))
        say(subscribe('1', 'subscription { ever }'))
      },
      4409,
    ],
  ])('%s ends the connection', async (_name, letIn, deed, code) => {
    const server = await serve()
    const client = letIn ? await enter(server) : await knock(server, withCookie)
    deed(client)
    expect((await client.ended)[0]).toBe(code)
    await until(() => server.streams() === 0 && server.watches() === 0)
  })

  test('another subprotocol is not accepted', async () => {
    const { url } = await serve()
    const client = await openSocket(url, withCookie, ['graphql-ws', 'graphql-transport-ws'])
    expect(client.socket.protocol).toBe('graphql-transport-ws')
    client.socket.terminate()
    const none = await openSocket(url, withCookie, [])
    expect(await none.ended).toEqual([4406, 'Subprotocol not acceptable'])
  })

  test('a ping is answered, and large payloads do not come back', async () => {
    const client = await enter(await serve())
    client.say({ type: 'ping', payload: { large: '['.repeat(100_000) } })
    await until(() => client.heard.length === 2)
    expect(client.heard[1]).toEqual({ type: 'pong' })
  })

  test('fragments are put together', async () => {
    const client = await enter(await serve())
    const text = JSON.stringify(subscribe('1', '{ count }'))
    for (const letter of text) client.socket.send(letter, { fin: false })
    client.socket.send('', { fin: true })
    expect(await client.about('1')).toMatchObject({ type: 'next' })
  })

  test('who does not greet within 10 s has to go', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] })
    const client = await knock(await serve(), withCookie)
    vi.advanceTimersByTime(9_999)
    expect(client.socket.readyState).toBe(client.socket.OPEN)
    vi.advanceTimersByTime(1)
    expect(await client.ended).toEqual([4408, 'Connection initialisation timeout'])
  })

  test('who does not answer a ping within 12 s is gone, and whoever does stays', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] })
    const server = await serve()
    const [silent, alive] = [await knock(server, { ...withCookie, autoPong: false }), await knock(server)]
    for (const { say, socket } of [silent, alive]) {
      const greeted = once(socket, 'message')
      say(HELLO_WITH_TOKEN)
      await greeted
    }
    const pinged = Promise.all([silent, alive].map(({ socket }) => once(socket, 'ping')))
    vi.advanceTimersByTime(12_000)
    await pinged
    const answered = once(alive.socket, 'ping')
    // What is answered now has come after the answer to the ping.
    const heard = once(alive.socket, 'message')
    alive.say({ type: 'ping' })
    await heard
    vi.advanceTimersByTime(12_000)
    expect((await silent.ended)[0]).toBe(1006)
    await answered
    expect(alive.socket.readyState).toBe(alive.socket.OPEN)
  })

  test('when the server goes, everybody is told', async () => {
    const server = await serve()
    const client = await enter(server)
    client.say(subscribe('1', 'subscription { ever }'))
    await client.about('1')
    await server.close()
    expect(await client.ended).toEqual([1001, 'Going away'])
    expect([server.streams(), server.watches(), await server.sockets()]).toEqual([0, 0, 0])
  })
})

describe('an exception in one operation never closes the socket', () => {
  const thrower = (): never => {
    throw new Error('the inside of a plugin')
  }
  /** Only the operation named Broken is harmed. */
  const ifBroken = (args: { document: unknown }) => {
    if (JSON.stringify(args.document).includes('"Broken"')) thrower()
  }
  const parseFails = {
    onParse: ({ params }: { params: { source: unknown } }) =>
      void (String(params.source).includes('Broken') && thrower()),
  }
  const validateFails = {
    onValidate: ({ params }: { params: { documentAST: unknown } }) =>
      ifBroken({ document: params.documentAST }),
  }
  const executeFails = { onExecute: ({ args }: { args: { document: unknown } }) => ifBroken(args) }
  const subscribeFails = { onSubscribe: ({ args }: { args: { document: unknown } }) => ifBroken(args) }
  const unprintable = {
    onExecute: ({
      args,
      setResultAndStopExecution,
    }: {
      args: { document: unknown }
      setResultAndStopExecution(result: object): void
    }) => {
      if (JSON.stringify(args.document).includes('"Broken"'))
        setResultAndStopExecution({ data: { count: 1n } })
    },
  }

  test.each<[string, string, object | undefined]>([
    ['a parser', 'query Broken { count }', parseFails],
    ['a validation rule', 'query Broken { count }', validateFails],
    ['the execution', 'query Broken { count }', executeFails],
    ['the start of a subscription', 'subscription Broken { ever }', subscribeFails],
    ['a resolver', '{ fails }', undefined],
    ['a subscription', 'subscription { refuses }', undefined],
    ['a resolver of a stream’s value', 'subscription { bad }', undefined],
    ['a stream', 'subscription { breaks }', undefined],
    ['a result that is no JSON', 'query Broken { count }', unprintable],
  ])('%s', async (_name, query, plugin) => {
    const server = await serve(plugin === undefined ? {} : { plugins: [plugin] })
    const client = await enter(server)
    client.say(subscribe('before', 'subscription { ever }'))
    await client.about('before')
    client.say(subscribe('1', query))
    const answer = await client.about('1')
    expect(JSON.stringify(answer)).toMatch(/Something went wrong on the server\./)
    expect(JSON.stringify(client.heard)).not.toContain('the inside')
    expect(JSON.stringify(client.heard)).not.toContain('BigInt')
    expect(server.log.lines.map(({ level }) => level)).toContain('error')
    client.say(subscribe('2', '{ __typename }'))
    expect((await client.about('2')).type).toBe('next')
    expect(client.heard.some(({ id, type }) => id === 'before' && type !== 'next')).toBe(false)
  })
})

describe('what is left behind: nothing', () => {
  type Leaving = (client: RawSocket) => void
  test.each<[string, Leaving]>([
    ['a goodbye', ({ socket }) => socket.close()],
    ['a cut', ({ socket }) => socket.terminate()],
    ['a mistake', ({ say }) => say('{')],
    ['half a frame', ({ socket }) => cutInside(socket)],
    [
      'a goodbye amid new operations',
      ({ say, socket }) => {
        for (let n = 0; n < 20; n += 1) say(subscribe(`more ${n}`, 'subscription { ever }'))
        socket.close()
      },
    ],
    // graphql-ws forgets the first of two streams with one id.
    [
      'an id that is used again at once',
      ({ say, socket }) => {
        for (let n = 0; n < 10; n += 1) {
          say(subscribe('again', 'subscription { ever }'))
          say({ id: 'again', type: 'complete' })
        }
        say(subscribe('again', 'subscription { ever }'))
        setTimeout(() => socket.close(), 100)
      },
    ],
  ])('after %s', async (_name, leave) => {
    const server = await serve()
    const timers = timersOf()
    const clients = await Promise.all(Array.from({ length: 5 }, () => enter(server)))
    for (const client of clients) client.say(subscribe('1', 'subscription { ever }'))
    await Promise.all(clients.map((client) => client.about('1')))
    expect([server.streams(), server.watches(), await server.sockets()]).toEqual([5, 5, 5])
    for (const client of clients) leave(client)
    await until(async () => server.streams() + server.watches() + (await server.sockets()) === 0)
    // Those of the clients, who wait a while for an answer to their goodbye, go too.
    await until(() => timersOf() <= timers)
    expect(server.log.lines).toEqual([])
  })

  test('an operation that is completed leaves the others, and its stream ends', async () => {
    const server = await serve()
    const client = await enter(server)
    for (const id of ['1', '2']) client.say(subscribe(id, `subscription { a${id}: ever }`))
    await until(() => server.streams() === 2)
    client.say({ id: '1', type: 'complete' })
    await until(() => server.streams() === 1)
    client.say(subscribe('3', 'subscription { once }'))
    await until(() => client.heard.some(({ id, type }) => id === '3' && type === 'complete'))
    expect(server.streams()).toBe(1)
  })
})

test('a reader that takes nothing is bounded at once and cut off soon, and others are served meanwhile', async () => {
  const server = await serve({ patienceMs: 500 })
  const stalled = await enter(server)
  stalled.socket.pause()
  for (let n = 0; n < 60; n += 1) stalled.say(subscribe(String(n), 'subscription { large }'))
  const other = await enter(server)
  let slowestMs = 0
  for (let n = 0; (await server.sockets()) === 2; n += 1) {
    const began = performance.now()
    other.say(subscribe(`q${n}`, '{ count }'))
    await other.about(`q${n}`)
    slowestMs = Math.max(slowestMs, performance.now() - began)
    await pause(5)
  }
  expect(slowestMs).toBeLessThan(1_000)
  expect(server.streams()).toBe(0)
  stalled.socket.resume()
  expect((await stalled.ended)[0]).toBe(1006)
  expect(stalled.heard.length).toBeLessThan(60)
  expect(LARGE).toBeLessThan(4 * 1024 * 1024)
})

/** Announces 100 bytes, sends one, and is gone. */
function cutInside(socket: RawSocket['socket']): void {
  const { _socket: raw } = socket as unknown as { _socket: { write(bytes: Buffer): void; destroy(): void } }
  raw.write(Buffer.from([0x81, 0x80 | 100, 0, 0, 0, 0, 0x7b]))
  setTimeout(() => raw.destroy(), 20)
}

const timersOf = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
