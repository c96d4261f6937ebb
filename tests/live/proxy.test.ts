/** What deploy/haproxy.cfg promises, before servers that misbehave on request. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocketServer, WebSocket } from 'ws'
import { selfSigned } from '../support/certificate.ts'
import { freePort } from '../support/free-port.ts'
import { programs } from '../support/programs.ts'
import { startProxy, type Proxy } from '../support/proxy.ts'
import { until } from '../support/until.ts'

interface Upstream {
  name: string
  server: Server
  ready: boolean
  /** Of requests, without health checks. */
  seen: IncomingMessage['method'][]
  openStreams: number
  checks: number
}

let upstreams: Upstream[]
let proxy: Proxy | undefined
const url = () => proxy?.url ?? ''

beforeEach(async () => {
  upstreams = await Promise.all([startUpstream('first'), startUpstream('second')])
  if (programs.haproxy !== null) proxy = await startProxy(addresses())
})
afterEach(async () => {
  for (const { server } of upstreams) stop(server)
  await proxy?.[Symbol.asyncDispose]()
})

const addresses = () => {
  const [first, second] = upstreams.map(({ server }) => `127.0.0.1:${(server.address() as AddressInfo).port}`)
  return { SERVER_1: first ?? '', SERVER_2: second ?? '' }
}

async function startUpstream(name: string): Promise<Upstream> {
  const server = createServer((request, response) => {
    if (request.url === '/health/ready') {
      upstream.checks += 1
      response.writeHead(upstream.ready ? 200 : 503).end()
      return
    }
    upstream.seen.push(request.method)
    answer(upstream, request, response)
  })
  const upstream: Upstream = { name, server, ready: true, seen: [], openStreams: 0, checks: 0 }
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => {
    socket.on('message', (message) => socket.send(`${name} heard ${(message as Buffer).toString()}`))
    upstream.server.once('close', () => socket.close(1001, 'going away'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return upstream
}

function answer(upstream: Upstream, request: IncomingMessage, response: ServerResponse): void {
  if (request.url === '/breaks') request.socket.destroy()
  else if (request.url === '/stream') {
    upstream.openStreams += 1
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    response.on('close', () => (upstream.openStreams -= 1))
  } else response.end(JSON.stringify({ name: upstream.name, headers: request.headers }))
}

function stop(server: Server): void {
  server.close()
  server.closeAllConnections()
}

interface Seen {
  name: string
  headers: Record<string, string>
}
async function ask(init: RequestInit = {}): Promise<Seen> {
  const response = await fetch(`${url()}/anything`, init)
  if (!response.ok) throw new Error(`answered ${response.status}`)
  return (await response.json()) as Seen
}
const post = () => ask({ method: 'POST', body: '{}' })
const requests = () => upstreams.flatMap(({ seen }) => seen)

describe.skipIf(programs.haproxy === null)('the proxy', () => {
  test('asks the servers in turn', async () => {
    const names: string[] = []
    for (let index = 0; index < 10; index += 1) names.push((await post()).name)
    expect(new Set(names.filter((_, index) => index % 2 === 0)).size).toBe(1)
    expect(new Set(names).size).toBe(2)
  })

  test('says who asks and for which host, whatever the client says of that', async () => {
    const forged = '203.0.113.9'
    const { headers } = await ask({
      headers: {
        'x-forwarded-for': forged,
        'x-forwarded-proto': 'https',
        'x-forwarded-host': forged,
        'x-real-ip': forged,
        forwarded: `for=${forged}`,
      },
    })
    const { host } = new URL(url())
    expect(headers).toMatchObject({
      host,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': host,
    })
    expect(JSON.stringify(headers)).not.toContain(forged)
  })

  test('passes a stream on as it comes, and ends it when the client leaves', async () => {
    const leaving = new AbortController()
    const response = await fetch(`${url()}/stream`, { signal: leaving.signal })
    const first = await response.body?.getReader().read()
    expect(new TextDecoder().decode(first?.value)).toBe('data: 1\n\n')
    const open = () => upstreams.reduce((sum, { openStreams }) => sum + openStreams, 0)
    expect(open()).toBe(1)
    leaving.abort()
    await until(() => open() === 0)
  })

  test('passes WebSockets on, both ways, and why they were closed', async () => {
    const socket = new WebSocket(url().replace('http', 'ws'))
    const messages: string[] = []
    socket.on('message', (message) => messages.push((message as Buffer).toString()))
    socket.on('open', () => socket.send('hello'))
    await until(() => messages.length > 0)
    expect(messages[0]).toMatch(/^(first|second) heard hello$/)
    const closed = new Promise<[number, string]>((resolve) =>
      socket.on('close', (code, reason) => resolve([code, reason.toString()])),
    )
    const name = messages[0]?.split(' ')[0]
    upstreams.find((upstream) => upstream.name === name)?.server.emit('close')
    expect(await closed).toEqual([1001, 'going away'])
  })

  test('loses no request to a server that is gone', async () => {
    await Promise.all([post(), post()])
    stop((upstreams[0] as Upstream).server)
    for (let index = 0; index < 20; index += 1) expect((await post()).name).toBe('second')
  })

  test('asks a server that is not ready no more, and asks it again when it is', async () => {
    const [first] = upstreams as [Upstream]
    first.ready = false
    await pause(3_000)
    first.seen = []
    for (let index = 0; index < 10; index += 1) await post()
    expect(first.seen).toEqual([])
    first.ready = true
    await until(async () => (await post()).name === 'first')
  })

  test('repeats a GET that broke off, a few times; nothing else', async () => {
    const statusOf = async (method: string) => (await fetch(`${url()}/breaks`, { method })).status
    expect(await statusOf('GET')).toBe(502)
    expect(requests()).toHaveLength(4)
    expect(upstreams.every(({ seen }) => seen.length > 0)).toBe(true)
    for (const upstream of upstreams) upstream.seen = []
    expect(await statusOf('POST')).toBe(502)
    expect(requests()).toEqual(['POST'])
  })

  test('is not led by broken requests to think a server dead', async () => {
    await Promise.all(Array.from({ length: 10 }, () => fetch(`${url()}/breaks`, { method: 'POST' })))
    for (let index = 0; index < 6; index += 1) await post()
  })

  test('tells of itself whether it has a server to ask', async () => {
    const status = async () => (await fetch(`${url()}/health/proxy`)).status
    await until(async () => (await status()) === 200)
    for (const upstream of upstreams) upstream.ready = false
    await until(async () => (await status()) === 503)
    expect(requests()).toEqual([])
  })

  test.skipIf(programs.openssl === null)(
    'with a certificate speaks TLS, and leads plain requests there',
    async () => {
      using certificate = selfSigned()
      const port = await freePort()
      await using secure = await startProxy({
        ...addresses(),
        CERTIFICATE: certificate.file,
        HTTPS_PORT: String(port),
      })
      const plain = await fetch(`${secure.url}/anything`, { redirect: 'manual' })
      expect([plain.status, plain.headers.get('location')]).toEqual([
        308,
        `${secure.url.replace('http', 'https')}/anything`,
      ])
      const seen = await new Promise<Seen>((resolve, reject) => {
        get(`https://127.0.0.1:${port}/anything`, { rejectUnauthorized: false }, (response) => {
          json(response).then((body) => resolve(body as Seen), reject)
        }).on('error', reject)
      })
      expect(seen.headers['x-forwarded-proto']).toBe('https')
    },
  )
})
