/** The whole application in this process, on a free port, with nothing faked: real HTTP, sockets, database. */
import type { AddressInfo } from 'node:net'
import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createSocketClient, type Client } from 'graphql-ws'
import { WebSocket } from 'ws'
import { createApp, type App } from '../../server/src/app.ts'
import { createDeps, type Deps } from '../../server/src/deps.ts'
import { readEnv } from '../../server/src/env.ts'
import { createHttpServer } from '../../server/src/http-server.ts'
import type { Log } from '../../server/src/scan/ports.ts'
import { silentLog } from './fakes.ts'
import { withoutLimits } from './without-limits.ts'

export interface TestServer extends AsyncDisposable {
  url: string
  app: App
  deps: Deps
}

const defaults = {
  PORT: '0',
  DATA_DIR: 'memory://',
  AUTH_SECRET: 'a secret of the tests, and of nobody else',
  SCAN_SWEEP_MS: '200',
  STATUS_LOOK_MS: '300',
  ...withoutLimits,
}

export async function startServer(
  settings: Record<string, string> = {},
  log: Log = silentLog,
): Promise<TestServer> {
  const env = readEnv({ ...defaults, ...settings })
  const deps = await createDeps(env, log)
  const app = createApp(deps, env, log)
  const server = createHttpServer(app, env)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    app,
    deps,
    async [Symbol.asyncDispose]() {
      await deps.drain()
      await app.close()
      await deps.api.live.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await deps.close()
    },
  }
}

/** @returns the cookie of a new session of the demo administrator */
export async function signIn(url: string): Promise<string> {
  const response = await fetch(`${url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'demo@example.com', password: 'demo-wheel' }),
  })
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0]
  if (cookie === undefined)
    throw new Error(`signing in answered ${response.status}: ${await response.text()}`)
  return cookie
}

/** @returns the secret of a new API token of whoever has the cookie */
export async function createToken(url: string, cookie: string, scopes = ['READ']): Promise<string> {
  const { data, errors } = await ask<{ createApiToken: { secret: string } }>(
    url,
    cookie,
    `mutation ($input: CreateApiTokenInput!) { createApiToken(input: $input) { secret } }`,
    { input: { name: 'a test', scopes, expiresInDays: 1 } },
  )
  if (errors !== undefined) throw new Error(`there is no token: ${JSON.stringify(errors)}`)
  return data.createApiToken.secret
}

export interface Answer<T> {
  data: T
  errors?: { message: string; extensions?: { code?: string } }[]
}

/** A third-party client that knows GraphQL over HTTP, and nothing else. */
export async function ask<T = Record<string, never>>(
  url: string,
  cookie: string,
  query: string,
  variables: object = {},
): Promise<Answer<T>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
      cookie,
    },
    body: JSON.stringify({ query, variables }),
  })
  return (await response.json()) as Answer<T>
}

export interface Stream<T> {
  values: T[]
  ended: Promise<void>
  stop(): void
  last(): T | undefined
}

export type Transport = 'WebSocket' | 'SSE'

/** Follows a subscription until it ends or is stopped. */
export function follow<T>(
  url: string,
  cookie: string,
  query: string,
  transport: Transport = 'WebSocket',
): Stream<T> {
  const client =
    transport === 'WebSocket'
      ? socketClient(url, cookie)
      : createSseClient({ url: `${url}/graphql`, headers: { cookie }, retryAttempts: 0 })
  const values: T[] = []
  let stop = () => {}
  const ended = new Promise<void>((resolve, reject) => {
    stop = client.subscribe<T>(
      { query },
      {
        next: ({ data, errors }) => {
          if (errors) reject(new Error(JSON.stringify(errors)))
          if (data) values.push(data)
        },
        error: reject,
        complete: resolve,
      },
    )
  }).finally(() => void client.dispose())
  ended.catch(() => {})
  return { values, ended, stop: () => stop(), last: () => values.at(-1) }
}

export function socketClient(url: string, cookie: string): Client {
  class WithCookie extends WebSocket {
    constructor(address: string, protocols: string | string[]) {
      super(address, protocols, { headers: { cookie } })
    }
  }
  return createSocketClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WithCookie,
    retryAttempts: 0,
  })
}
