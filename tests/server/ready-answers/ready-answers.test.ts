import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAnswers, type Made, type Ticket } from '../../../server/src/ready-answers/answers.ts'
import { createReadyAnswers } from '../../../server/src/ready-answers/ready-answers.ts'
import { pause, until } from '../../support/until.ts'

/** An endpoint whose data and version are the test's. */
let url: string
let close: () => Promise<void>
let world: {
  now: number
  version: string | null
  data: unknown
  ways: { made: number; next: number; hits: number; goesOn: number }
  /** How many requests of one caller were counted together, each time. */
  admitted: number[]
  /** What they wait for. */
  counters: Promise<void>
  isSpent: boolean
  /** How often somebody's headers were looked at. */
  judged: number
  /** Rights that have ended. */
  gone: Set<string>
  /** Null: an answer of the data. */
  make: ((ticket: Ticket) => Made | null) | null
}

const answerOf = (body: unknown): Made => ({
  headers: { 'X-Frame-Options': 'DENY', 'Content-Type': 'application/json' },
  body: Buffer.from(JSON.stringify(body)),
})

const query = (text = '{ results }') => JSON.stringify({ query: text })

beforeEach(async () => {
  world = {
    now: 0,
    version: '1',
    data: { results: 'one' },
    ways: { made: 0, next: 0, hits: 0, goesOn: 0 },
    admitted: [],
    counters: Promise.resolve(),
    isSpent: false,
    judged: 0,
    gone: new Set(),
    make: null,
  }
  const listener = createReadyAnswers({
    answers: createAnswers({ now: () => world.now, limitBytes: 100_000 }),
    path: '/graphql',
    clientOf: ({ headers: { authorization: rights, from } }) => {
      world.judged += 1
      if (!rights) return null
      const caller = { who: `${rights} ${from}`, rights }
      // Some are known at once, and some are gone meanwhile.
      const known = () => (world.gone.has(rights) ? null : caller)
      return { peek: () => (from === undefined ? known() : null), look: async () => known() }
    },
    admit: async (_caller, count) => {
      world.admitted.push(count)
      await world.counters
      return Array.from({ length: count }, () => ({
        headers: world.isSpent ? null : ['RateLimit-Remaining', '7'],
        goesOn: () => (world.ways.goesOn += 1),
      }))
    },
    isReadable: ({ text }) => text.includes('results'),
    version: async () => world.version,
    make: async (_caller, _question, _accept, ticket) => {
      world.ways.made += 1
      return world.make === null ? answerOf({ data: world.data }) : world.make(ticket)
    },
    next: (request: IncomingMessage & { rawBody?: Buffer }, response: ServerResponse) => {
      world.ways.next += 1
      response.end(`next ${request.rawBody?.toString() ?? 'unread'}`)
    },
    onHit: () => (world.ways.hits += 1),
  })
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
  close = () => new Promise((resolve) => server.close(() => resolve()))
})
afterEach(() => close())

const ask = (body = query(), headers: Record<string, string> = {}, address = url) =>
  fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'all', ...headers },
    body,
  })

describe('a repeated query', () => {
  test('is executed once per version, whatever the number of readers', async () => {
    const first = await Promise.all(Array.from({ length: 50 }, () => ask()))
    for (const response of first) expect(await response.json()).toEqual({ data: { results: 'one' } })
    for (let again = 0; again < 10; again += 1) await (await ask()).text()
    expect(world.ways.made).toBe(1)
    world.version = '2'
    world.data = { results: 'two' }
    const second = await Promise.all(Array.from({ length: 50 }, () => ask()))
    for (const response of second) expect(await response.json()).toEqual({ data: { results: 'two' } })
    expect(world.ways).toMatchObject({ made: 2, next: 0 })
  })

  test('is counted once for each request, and those of one caller that come together, together', async () => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.on('data', (chunk) => (text += String(chunk)))
    // In one piece: they are read in one turn of the event loop.
    const one = (who: string) =>
      `GET /graphql?query={results} HTTP/1.1\r\nHost: a\r\nAuthorization: ${who}\r\n\r\n`
    socket.write(one('all').repeat(6) + one('less').repeat(2))
    await until(() => text.split('{"data":{"results":"one"}}').length === 9)
    socket.destroy()
    expect(world.admitted).toEqual([6, 2])
    expect(world.ways.made).toBe(2)
  })

  test('what comes while others are being looked after is looked after together, and later', async () => {
    await (await ask()).text()
    let release = () => {}
    world.counters = new Promise((resolve) => (release = resolve))
    const first = ask()
    await until(() => world.admitted.length === 2)
    const others = Array.from({ length: 5 }, () => ask())
    await pause(50)
    // Known to whoever asks from now on.
    world.version = '2'
    world.data = { results: 'two' }
    release()
    await (await first).text()
    for (const response of await Promise.all(others))
      expect(await response.json()).toEqual({ data: { results: 'two' } })
    expect(world.admitted.slice(0, 3)).toEqual([1, 1, 5])
  })

  test('the headers of a connection are looked at once, but who it is each time', async () => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    let text = ''
    socket.on('data', (chunk) => (text += String(chunk)))
    const answers = (count: number) => until(() => text.split('HTTP/1.1').length === count + 1)
    const send = (who: string, body: string) =>
      socket.write(
        `POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: ${who}\r\nContent-Type: application/json\r\n` +
          `Content-Length: ${body.length}\r\n\r\n${body}`,
      )
    for (let n = 1; n <= 4; n += 1) {
      send('all', query())
      await answers(n)
    }
    expect([world.judged, world.ways.hits, world.ways.made]).toEqual([1, 3, 1])
    // As long as the one before, and something else.
    send('all', query('{ rEsults }'))
    await answers(5)
    expect(text).toContain('next {"query":"{ rEsults }"}')
    send('all', query('{ results a }'))
    await answers(6)
    send('less', query('{ results a }'))
    await answers(7)
    expect([world.judged, world.ways.made]).toEqual([3, 3])
    world.gone.add('less')
    send('less', query('{ results a }'))
    await answers(8)
    expect(text.split('next ').length).toBe(3)
    socket.destroy()
  })

  test('is counted once, whichever way it goes', async () => {
    await (await ask()).text()
    await (await ask()).text()
    expect([world.ways.goesOn, world.ways.made]).toEqual([0, 1])
    world.isSpent = true
    expect(await (await ask()).text()).toBe(`next ${query()}`)
    expect(world.ways).toMatchObject({ goesOn: 1, next: 1 })
  })

  test('carries the headers that it was made with, and those of a single answer', async () => {
    for (const { headers } of [await ask(), await ask()]) {
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('ratelimit-remaining')).toBe('7')
    }
    expect(world.ways.hits).toBe(1)
  })

  test('is never shared across rights, documents, variables or forms of the answer', async () => {
    const variants: [string, Record<string, string>][] = [
      [query(), {}],
      [query(), { authorization: 'less' }],
      [query('{ results { a } }'), {}],
      [JSON.stringify({ query: '{ results }', variables: { a: 1 } }), {}],
      [query(), { accept: 'application/graphql-response+json' }],
    ]
    for (const [body, headers] of [...variants, ...variants]) await (await ask(body, headers)).text()
    expect(world.ways).toMatchObject({ made: variants.length, hits: variants.length })
  })
})

describe('a query by GET', () => {
  const get = (search = '?query={results}', headers: Record<string, string> = {}) =>
    fetch(`${url}${search}`, { headers: { authorization: 'all', ...headers } })

  test('is answered from bytes as well, and 304 for whoever has them', async () => {
    const first = await get()
    expect(await first.json()).toEqual({ data: { results: 'one' } })
    const again = await get('?query={results}', { 'if-none-match': first.headers.get('etag') ?? '' })
    expect([again.status, again.headers.get('content-length')]).toEqual([304, null])
    world.version = '2'
    world.data = { results: 'two' }
    expect(await (await get()).json()).toEqual({ data: { results: 'two' } })
    expect(world.ways).toMatchObject({ made: 2, next: 0, hits: 1 })
  })

  test.each([
    ['a page', '?query={results}', { accept: 'text/html,*/*' }],
    ['a stream', '?query={results}', { accept: 'text/event-stream' }],
    ['nothing', '', {}],
    ['something else', '?query={other}', {}],
  ])('goes the long way when it asks for %s', async (_what, search, headers) => {
    expect(await (await get(search, headers as Record<string, string>)).text()).toBe('next unread')
    expect(world.ways).toMatchObject({ next: 1, made: 0 })
  })
})

describe('an ETag', () => {
  test('is the content’s: 304 for whoever has it, and the new answer after a change', async () => {
    const etag = (await ask()).headers.get('etag') ?? ''
    const unchanged = await ask(query(), { 'if-none-match': `"other", ${etag}` })
    expect([unchanged.status, await unchanged.text()]).toEqual([304, ''])
    world.version = '2'
    world.data = { results: 'two' }
    const changed = await ask(query(), { 'if-none-match': etag })
    expect([changed.status, await changed.json()]).toEqual([200, { data: { results: 'two' } }])
    expect(changed.headers.get('etag')).not.toBe(etag)
  })

  test('stays when the version changes and the content does not', async () => {
    const etag = (await ask()).headers.get('etag') ?? ''
    world.version = '2'
    expect((await ask(query(), { 'if-none-match': etag })).status).toBe(304)
  })
})

describe('compression', () => {
  test.each([
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const)('%s is made once, beside the requests', async (encoding, decompress) => {
    world.data = { results: 'much '.repeat(2_000) }
    const plain = await ask(query(), { 'accept-encoding': 'identity' })
    await until(async () => {
      const response = await rawAsk({ 'accept-encoding': encoding })
      return response.headers['content-encoding'] === encoding
    })
    const { headers, body } = await rawAsk({ 'accept-encoding': encoding })
    expect(decompress(body).toString()).toBe(await plain.text())
    expect(headers['etag']).toBe(plain.headers.get('etag')?.replace(/"$/, `-${encoding}"`))
    expect(headers['vary']).toContain('Accept-Encoding')
    expect((await ask(query(), { 'if-none-match': headers['etag'] ?? '' })).status).toBe(304)
  })

  test('is not what a client refuses', async () => {
    world.data = { results: 'much '.repeat(2_000) }
    for (let again = 0; again < 5; again += 1) {
      const { headers } = await rawAsk({ 'accept-encoding': 'br;q=0, gzip;q=0.0' })
      expect(headers['content-encoding']).toBeUndefined()
    }
  })
})

describe('what is not kept', () => {
  test.each<[string, (ticket: Ticket) => Made]>([
    [
      'what its making spoils',
      (ticket) => {
        ticket.spoil()
        return answerOf({ data: {} })
      },
    ],
    ['what is too large', () => answerOf({ data: 'x'.repeat(60_000) })],
  ])('%s', async (_name, make) => {
    world.make = make
    const [first, second] = [await ask(), await ask()]
    expect(second.status).toBe(first.status)
    expect(await second.text()).toBe(await first.text())
    expect(world.ways).toMatchObject({ made: 2, next: 0 })
  })

  test.each<[string, () => null]>([
    ['cannot be made', () => null],
    [
      'fails to be made',
      () => {
        throw new Error('out of order')
      },
    ],
  ])('what %s: each who waits for it goes the long way, counted', async (_name, make) => {
    world.make = make
    for (const answer of await Promise.all([ask(), ask()]))
      expect(await answer.text()).toBe(`next ${query()}`)
    expect(world.ways).toMatchObject({ next: 2, goesOn: 2, hits: 0 })
  })

  test('an answer is kept no longer than it says', async () => {
    world.make = (ticket) => {
      ticket.until(5_000)
      ticket.until(9_000)
      return answerOf({ data: {} })
    }
    await (await ask()).text()
    world.now = 4_999
    await (await ask()).text()
    expect(world.ways.made).toBe(1)
    world.now = 5_000
    await (await ask()).text()
    expect(world.ways.made).toBe(2)
  })

  test('of many answers, those that nobody asked for lately', async () => {
    world.data = { results: 'x'.repeat(10_000) }
    for (let one = 0; one < 12; one += 1) {
      await (await ask(query(`{ results ${one} }`))).text()
      await (await ask(query('{ results 0 }'))).text()
    }
    expect(world.ways.made).toBe(12)
    await (await ask(query('{ results 1 }'))).text()
    expect(world.ways.made).toBe(13)
  })
})

describe('goes the long way, body and all', () => {
  test.each<[string, () => Promise<Response>]>([
    ['a mutation', () => ask(query('mutation { start }'))],
    ['somebody who is signed out', () => ask(query(), { authorization: '' })],
    ['a stream', () => ask(query(), { accept: 'text/event-stream' })],
    ['another type', () => ask(query(), { 'content-type': 'text/plain' })],
    ['another path', () => ask(query(), {}, `${url}?a=1`)],
  ])('%s', async (_name, send) => {
    await send()
    expect(world.ways).toMatchObject({ next: 1, made: 0 })
  })

  test('whatever is asked while the version is unknown', async () => {
    await (await ask()).text()
    world.version = null
    expect(await (await ask()).text()).toBe(`next ${query()}`)
    expect(world.ways).toMatchObject({ next: 1, made: 1 })
  })
})

/** `fetch` decompresses, and hides what came. */
async function rawAsk(headers: Record<string, string>) {
  const { request } = await import('node:http')
  return new Promise<{ headers: Record<string, string | undefined>; body: Buffer }>((resolve, reject) => {
    const all = { 'content-type': 'application/json', authorization: 'all', ...headers }
    const text = query()
    const sent = request(url, { method: 'POST', headers: { ...all, 'content-length': text.length } })
    sent.on('error', reject)
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ headers: response.headers as never, body: Buffer.concat(chunks) }))
    })
    sent.end(text)
  })
}
