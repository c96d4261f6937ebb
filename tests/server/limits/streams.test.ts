/** Subscriptions over HTTP: bounded in number, and over when the credential is. */
import { afterEach, expect, test } from 'vitest'
import { signIn, startServer, type TestServer } from '../../support/server.ts'
import { until } from '../../support/until.ts'

const STATUS = 'subscription { scanStatus { seq state } }'

let server: TestServer
afterEach(() => server[Symbol.asyncDispose]())

interface Reading {
  status: number
  text(): string
  isOver(): boolean
  leave(): Promise<void>
}

async function read(cookie: string, headers: Record<string, string> = {}): Promise<Reading> {
  const leaving = new AbortController()
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', cookie, ...headers },
    body: JSON.stringify({ query: STATUS }),
    signal: leaving.signal,
  })
  let text = ''
  let isOver = false
  const over = (async () => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk as Uint8Array).toString()
  })()
    .catch(() => {})
    .finally(() => (isOver = true))
  return {
    status: response.status,
    text: () => text,
    isOver: () => isOver,
    leave: () => {
      leaving.abort()
      return over
    },
  }
}

const subscribers = async () =>
  Number(/^wheel_analyzer_subscribers (\d+)/m.exec(await (await fetch(`${server.url}/metrics`)).text())?.[1])

test('one more than a person may hold open is refused, and there is room again when one has left', async () => {
  server = await startServer({ MAX_SOCKETS_PER_USER: '2' })
  const cookie = await signIn(server.url)
  const first = await read(cookie)
  const second = await read(cookie)
  await until(() => first.text().includes('event: next') && second.text().includes('event: next'))

  const third = await read(cookie)
  expect(third.status).toBe(429)
  await until(() => third.text().includes('TOO_MANY_CONNECTIONS'))

  await first.leave()
  await until(async () => {
    const next = await read(cookie)
    if (next.status !== 200) return false
    await next.leave()
    return true
  })
  await second.leave()
  await until(async () => (await subscribers()) === 0)
})

test('an address has a bound of its own', async () => {
  server = await startServer({ MAX_SOCKETS_PER_ADDRESS: '1' })
  const cookie = await signIn(server.url)
  const first = await read(cookie)
  expect((await read(cookie)).status).toBe(429)
  await first.leave()
})

test('signing out ends the stream with a word of explanation, and nothing is left of it', async () => {
  server = await startServer()
  const cookie = await signIn(server.url)
  const stays = await read(await signIn(server.url))
  const stream = await read(cookie)
  await until(() => stream.text().includes('event: next'))
  await fetch(`${server.url}/api/auth/sign-out`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json' },
    body: '{}',
  })
  await until(stream.isOver)
  expect(stream.text()).toMatch(/UNAUTHENTICATED[^]*event: complete/)
  expect(stays.isOver()).toBe(false)
  await stays.leave()
  await until(async () => (await subscribers()) === 0)
})
