/** What follows a scan on a credential ends within seconds when that does, over both transports; nobody else's does. */
import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createSocketClient } from 'graphql-ws'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { anotherBrowser, join, passwordOfEverybody, type Joined } from '../../support/people.ts'
import {
  ask,
  createToken,
  follow,
  signIn,
  startServer,
  type TestServer,
  type Transport,
} from '../../support/server.ts'
import { until } from '../../support/until.ts'

const STATUS = 'subscription { scanStatus { seq } }'
const WITHIN_MS = 5_000

let server: TestServer
let demo: string
beforeAll(async () => {
  server = await startServer({ DEMO_LATENCY_MS: '1' })
  demo = await signIn(server.url)
})
afterAll(() => server[Symbol.asyncDispose]())

interface Following {
  hasBegun(): boolean
  /** Why it ended; null while it goes on. */
  end(): unknown
  stop(): void
}

function withCookie(cookie: string, transport: Transport): Following {
  const stream = follow(server.url, cookie, STATUS, transport)
  let end: unknown = null
  stream.ended.then(
    () => (end = 'complete'),
    (reason: unknown) => (end = reason),
  )
  return { hasBegun: () => stream.values.length > 0, end: () => end, stop: () => stream.stop() }
}

/** As programs do: a header over HTTP, the first message over a socket. */
function withToken(token: string, transport: Transport): Following {
  const authorization = `Bearer ${token}`
  const client =
    transport === 'SSE'
      ? createSseClient({ url: `${server.url}/graphql`, headers: { authorization }, retryAttempts: 0 })
      : createSocketClient({
          url: `${server.url.replace('http', 'ws')}/graphql`,
          webSocketImpl: WebSocket,
          connectionParams: { authorization },
          retryAttempts: 0,
        })
  let begun = false
  let end: unknown = null
  const stop = client.subscribe(
    { query: STATUS },
    {
      next: ({ data, errors }) => {
        if (data) begun = true
        if (errors) end = new Error(JSON.stringify(errors))
      },
      error: (reason) => (end = reason),
      complete: () => (end ??= 'complete'),
    },
  )
  return { hasBegun: () => begun, end: () => end, stop }
}

/** A socket is closed with 4401; server-sent events end with an error that says it. */
const isSignedOut = (reason: unknown) =>
  reason instanceof Error
    ? reason.message.includes('UNAUTHENTICATED')
    : (reason as { code?: number } | null)?.code === 4401

const asking = async (headers: Record<string, string>) =>
  (
    await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: '{ viewer { id } }' }),
    })
  ).status

async function done(cookie: string, mutation: string): Promise<void> {
  expect((await ask(server.url, cookie, `mutation { ${mutation} }`)).errors).toBeUndefined()
}

async function firstOf(cookie: string, list: 'apiTokens' | 'sessions', more = ''): Promise<string> {
  const { data } = await ask<Record<string, { id: string; isCurrent?: boolean }[]>>(
    server.url,
    cookie,
    `{ ${list} { id ${more} } }`,
  )
  return data[list]?.find(({ isCurrent }) => isCurrent !== true)?.id ?? 'there is none'
}

const auth = (path: string, body: object, cookie = '') =>
  fetch(`${server.url}/api/auth/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify(body),
  })

interface Ending {
  how: string
  /** `cookie` runs the stream; the person is at another browser as well. */
  act(person: Joined, cookie: string): Promise<unknown>
  /** Whether the credential itself is worth something afterwards. */
  staysGood?: true
}

const endingsOfSessions: Ending[] = [
  { how: 'signing out', act: (_person, cookie) => auth('sign-out', {}, cookie) },
  {
    how: 'endSession',
    act: async ({ cookie }) =>
      done(cookie, `endSession(id: "${await firstOf(cookie, 'sessions', 'isCurrent')}") { id }`),
  },
  { how: 'endOtherSessions', act: ({ cookie }) => done(cookie, 'endOtherSessions') },
  {
    how: 'changePassword',
    act: ({ cookie }) =>
      done(
        cookie,
        `changePassword(input: { currentPassword: "${passwordOfEverybody}", newPassword: "another horse" }) { id }`,
      ),
  },
  { how: 'endSessionsOf', act: ({ id }) => done(demo, `endSessionsOf(personId: "${id}")`) },
  { how: 'disablePerson', act: ({ id }) => done(demo, `disablePerson(personId: "${id}") { id }`) },
  {
    how: 'changeRole',
    act: ({ id }) => done(demo, `changeRole(personId: "${id}", role: VIEWER) { id }`),
    staysGood: true,
  },
  {
    how: 'a new password by a link',
    async act({ id }) {
      const { data } = await ask<{ createPasswordResetLink: { link: string } }>(
        server.url,
        demo,
        `mutation { createPasswordResetLink(personId: "${id}") { link } }`,
      )
      const token = data.createPasswordResetLink.link.split('#')[1]
      expect((await auth('reset-password', { token, password: 'another horse' })).status).toBe(200)
    },
  },
]

const endingsOfTokens: Ending[] = [
  {
    how: 'revokeApiToken',
    act: async ({ cookie }) =>
      done(cookie, `revokeApiToken(id: "${await firstOf(cookie, 'apiTokens')}") { id }`),
  },
  { how: 'disablePerson', act: ({ id }) => done(demo, `disablePerson(personId: "${id}") { id }`) },
  {
    how: 'changeRole',
    act: ({ id }) => done(demo, `changeRole(personId: "${id}", role: VIEWER) { id }`),
    staysGood: true,
  },
]

const transports: Transport[] = ['WebSocket', 'SSE']

async function expectEnds(streams: Following[], bystander: Following, act: () => Promise<unknown>) {
  const everything = [...streams, bystander]
  await until(() => everything.every((stream) => stream.hasBegun()))
  expect(everything.map((stream) => stream.end())).toEqual(everything.map(() => null))
  await act()
  await until(() => streams.every((stream) => stream.end() !== null), WITHIN_MS)
  expect(streams.map((stream) => isSignedOut(stream.end()))).toEqual(streams.map(() => true))
  expect(bystander.end()).toBeNull()
  bystander.stop()
}

describe('what runs', () => {
  test.each(endingsOfSessions)('in a browser ends by $how', async ({ act, staysGood }) => {
    const person = await join(server, demo, 'TRADER')
    const cookie = await anotherBrowser(server, person)
    const streams = transports.map((transport) => withCookie(cookie, transport))
    await expectEnds(streams, withCookie(demo, 'SSE'), () => act(person, cookie))
    expect(await asking({ cookie })).toBe(staysGood ? 200 : 401)
  })

  test.each(endingsOfTokens)('on a token ends by $how', async ({ act, staysGood }) => {
    const person = await join(server, demo, 'TRADER')
    const token = await createToken(server.url, person.cookie, ['SCAN'])
    expect(await asking({ authorization: `Bearer ${token}` })).toBe(200)
    const streams = transports.map((transport) => withToken(token, transport))
    const bystander = withToken(await createToken(server.url, demo), 'WebSocket')
    await expectEnds(streams, bystander, () => act(person, person.cookie))
    expect(await asking({ authorization: `Bearer ${token}` })).toBe(staysGood ? 200 : 401)
  })
})
