/** What stands in front of the API, seen by a client: who is let in, how, and with which headers. */
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signIn, startServer, type TestServer } from '../../support/server.ts'

const PARTNER = 'https://partner.example'

let server: TestServer
let cookie: string

beforeAll(async () => {
  server = await startServer({ DEMO_LATENCY_MS: '5', CORS_ORIGINS: PARTNER })
  cookie = await signIn(server.url)
})
afterAll(() => server[Symbol.asyncDispose]())

const json = { 'content-type': 'application/json' }
const body = JSON.stringify({ query: '{ __typename }' })
const graphql = (init: RequestInit = {}, search = '') => fetch(`${server.url}/graphql${search}`, init)
const post = (headers: Record<string, string>) =>
  graphql({ method: 'POST', headers: { ...json, ...headers }, body })

describe('a request without a valid credential', () => {
  test.each([
    ['nothing', {}, 'Bearer realm="Wheel Analyzer"'],
    [
      'a token that nobody gave out',
      { authorization: 'Bearer wa_made_up' },
      'Bearer realm="Wheel Analyzer", error="invalid_token"',
    ],
    [
      'another scheme',
      { authorization: 'Basic YTpi' },
      'Bearer realm="Wheel Analyzer", error="invalid_token"',
    ],
  ])('with %s is told how to sign in', async (_case, headers, challenge) => {
    const response = await post(headers)
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, challenge])
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] })
  })
})

test.each(['PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])(
  '%s is answered with what is allowed',
  async (method) => {
    const response = await graphql({ method, headers: { cookie } })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST'])
  },
)

describe('with a cookie', () => {
  test.each([
    ['GET', {}, 403],
    ['GET', { 'graphql-require-preflight': '1' }, 200],
    ['GET', { 'apollo-require-preflight': 'true' }, 200],
    ['GET', { 'x-graphql-yoga-csrf': '1' }, 200],
    ['POST', json, 200],
    ['POST', { 'content-type': 'application/json; charset=utf-8' }, 200],
    ['POST', { 'content-type': 'text/plain' }, 415],
    ['POST', { 'content-type': 'text/plain;application/json' }, 415],
    ['POST', { 'content-type': 'application/x-www-form-urlencoded', 'graphql-require-preflight': '1' }, 415],
  ])('%s with %j is answered %i', async (method, headers, status) => {
    const isGet = method === 'GET'
    const init = { method, headers: { cookie, ...headers }, ...(!isGet && { body }) }
    expect((await graphql(init, isGet ? '?query=%7B__typename%7D' : '')).status).toBe(status)
  })

  test('a page of another site can do nothing', async () => {
    for (const origin of ['https://evil.example', 'null', `${server.url}.evil.example`])
      expect([origin, (await post({ cookie, origin })).status]).toEqual([origin, 403])
    expect((await post({ cookie, 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await post({ cookie, origin: server.url })).status).toBe(200)
  })
})

describe('pages of an origin that CORS_ORIGINS names', () => {
  test('may ask, with a token, and read the answer', async () => {
    const preflight = await graphql({
      method: 'OPTIONS',
      headers: {
        origin: PARTNER,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    })
    expect(preflight.status).toBe(204)
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': PARTNER,
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': expect.stringContaining('authorization') as string,
      vary: 'Origin',
    })
    const response = await post({ origin: PARTNER, authorization: 'Bearer wa_made_up' })
    expect(response.headers.get('access-control-allow-origin')).toBe(PARTNER)
    expect(response.headers.get('access-control-expose-headers')).toMatch(/RateLimit-Remaining.*Retry-After/)
  })

  test('get nothing for a cookie, ever', async () => {
    const response = await post({ origin: PARTNER, cookie })
    expect(response.status).toBe(401)
    expect(response.headers.has('access-control-allow-credentials')).toBe(false)
    const get = await graphql(
      { headers: { origin: PARTNER, cookie, 'graphql-require-preflight': '1' } },
      '?query=%7B__typename%7D',
    )
    expect(get.status).toBe(401)
  })

  test('reach nothing but the API, and other origins nothing at all', async () => {
    const sign = await fetch(`${server.url}/api/auth/sign-out`, {
      method: 'POST',
      headers: { origin: PARTNER, cookie },
    })
    expect(sign.status).toBe(403)
    for (const init of [{ method: 'OPTIONS' }, { method: 'POST', body }, { method: 'GET' }]) {
      const response = await graphql({
        ...init,
        headers: { ...json, origin: 'https://evil.example', cookie },
      })
      expect(response.headers.has('access-control-allow-origin')).toBe(false)
    }
  })
})

describe('bodies', () => {
  test.each([
    ['of a known length', {}],
    ['of an unknown length', { duplex: 'half' }],
  ])('%s above 256 kB are refused', async (_case, init) => {
    const large = JSON.stringify({ query: `{ __typename } # ${'x'.repeat(256 * 1024)}` })
    const streamed = 'duplex' in init ? new Blob([large]).stream() : large
    const response = await graphql({ method: 'POST', headers: { ...json, cookie }, body: streamed, ...init })
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] })
  })

  test('of an unknown length below it are read', async () => {
    const init = {
      method: 'POST',
      headers: { ...json, cookie },
      body: new Blob([body]).stream(),
      duplex: 'half',
    }
    expect((await graphql(init as RequestInit)).status).toBe(200)
  })
})

test('an absolute target is not taken for another address', async () => {
  const { port } = new URL(server.url)
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.write('GET http://x/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
    )
    let text = ''
    socket.on('data', (chunk) => (text += String(chunk)))
    socket.on('end', () => resolve(text)).on('error', reject)
  })
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect(answer).not.toMatch(/at \w+|node_modules/)
})

describe('headers for browsers', () => {
  const policyOf = (response: Response) =>
    new Map(
      (response.headers.get('content-security-policy') ?? '')
        .split(';')
        .map((directive) => directive.trim().split(/ (.*)/) as [string, string]),
    )

  test.each(['/', '/scanner', '/api/status', '/graphql', '/no/such/page'])(
    '%s runs nothing that is not ours',
    async (path) => {
      const response = await fetch(server.url + path)
      const policy = policyOf(response)
      expect(response.headers.get('content-security-policy')).not.toMatch(/unsafe|\*|https?:/)
      expect(Object.fromEntries(policy)).toMatchObject({
        'default-src': "'none'",
        'script-src': "'self'",
        'style-src': "'self'",
        'connect-src': "'self'",
        'base-uri': "'none'",
        'form-action': "'self'",
        'frame-ancestors': "'none'",
      })
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'permissions-policy': expect.stringContaining('camera=()') as string,
      })
      expect(response.headers.has('strict-transport-security')).toBe(false)
      expect(response.headers.has('x-powered-by')).toBe(false)
    },
  )

  test('GraphiQL keeps a policy of its own', async () => {
    const response = await graphql({ headers: { cookie, accept: 'text/html' } })
    expect(response.status).toBe(200)
    expect(policyOf(response).get('script-src')).toMatch(/^'sha256-/)
    expect(policyOf(response).get('frame-ancestors')).toBe("'none'")
    await response.body?.cancel()
  })

  test("answers of the API are nobody else's to keep", async () => {
    // Those that have a version may be kept by whoever asked, and are asked about again.
    expect((await post({ cookie })).headers.get('cache-control')).toMatch(/^(no-store|private, no-cache)$/)
  })
})

describe('files', () => {
  /** `fetch` would tidy the path up. */
  const raw = (path: string) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const asked = httpRequest(`${server.url}/`, { path }, (response) => {
        let text = ''
        response.on('data', (chunk) => (text += String(chunk)))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      })
      asked.on('error', reject).end()
    })

  test.each([
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/package.json',
    '/%2e%2e%2fpackage.json',
    '/assets/../../package.json',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/..%5c..%5cpackage.json',
    '/assets//etc/passwd',
    '/%00',
    '/assets/%00index.js',
    '/%',
    '/%c0%ae%c0%ae/package.json',
  ])('%s leads nowhere', async (path) => {
    const { status, text } = await raw(path)
    expect([path, status < 500 || status === 503]).toEqual([path, true])
    expect(text).not.toMatch(/"dependencies"|"private"|root:x/)
  })
})

test('the status says whether mail can be sent', async () => {
  expect(await (await fetch(`${server.url}/api/status`)).json()).toMatchObject({ mail: false })
})

test('browsers that came by TLS once are told to come that way again', async () => {
  await using behindTls = await startServer({
    ENVIRONMENT: 'PRODUCTION',
    PUBLIC_URL: 'https://wheel.example',
    TRUSTED_PROXIES: '127.0.0.1',
  })
  const response = await fetch(`${behindTls.url}/api/status`)
  expect(response.headers.get('strict-transport-security')).toBe('max-age=15552000')
})
