import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Auth, type AuthOptions, createAuth } from '../../../server/src/auth/auth.ts'
import { demoEmail, demoPassword } from '../../../server/src/auth/demo-account.ts'
import { loadSecret } from '../../../server/src/auth/secret.ts'
import { authOptions } from '../../support/accounts.ts'
import { databases, type TestDatabase } from '../db/databases.ts'

const origin = 'http://127.0.0.1:4000'
const setupCode = 'k7qf-2m9x-w4hd-8tzn'
const ada = { name: 'Ada', email: 'ada@example.com', password: 'correct horse' }

describe.each(databases)('createAuth on $kind', ({ open }) => {
  let database: TestDatabase
  let auth: Auth

  const create = async (options: Partial<AuthOptions> = {}) =>
    createAuth({ ...(await authOptions(database)), setupCode, ...options })

  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.prisma.user.deleteMany()
    auth = await create()
  })

  const send = (path: string, init: RequestInit = {}, to: Auth = auth) =>
    to.handler(new Request(`${origin}/api/auth${path}`, init))
  const post = (path: string, body: object = {}, headers: Record<string, string> = {}, to: Auth = auth) =>
    send(
      path,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin, ...headers },
        body: JSON.stringify(body),
      },
      to,
    )
  const signUp = (more: object = {}, headers = {}) =>
    post('/sign-up/email', { ...ada, setupCode, ...more }, headers)
  const signIn = (credentials: object = ada, headers = {}) => post('/sign-in/email', credentials, headers)
  const demo = { email: demoEmail, password: demoPassword }

  /** What a browser sends back. */
  const cookiesOf = (response: Response): string =>
    response.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; ')
  const viewerOf = (response: Response, to: Auth = auth) =>
    to.viewerOf(new Headers({ cookie: cookiesOf(response) }))
  const realPeople = () => database.prisma.user.count({ where: { isDemo: false } })

  describe('set-up', () => {
    it('makes the first account the administrator, and signs it in', async () => {
      expect(await auth.needsSetup()).toBe(true)
      const response = await signUp()
      expect(response.status).toBe(200)
      expect(await auth.needsSetup()).toBe(false)
      expect(await viewerOf(response)).toEqual({
        id: expect.any(String),
        email: ada.email,
        name: ada.name,
        role: 'ADMINISTRATOR',
        isDemo: false,
        credential: { kind: 'SESSION', id: expect.any(String), expiresAt: expect.any(Date) },
        scopes: new Set(['READ', 'SCAN', 'ADMIN']),
      })
      expect((await signIn()).status).toBe(200)
    })

    it.each([
      { setupCode: undefined },
      { setupCode: 'wrong' },
      { setupCode: '' },
      { setupCode: { a: 1 } },
      { setupCode: 7 },
    ])('answers 403 to the code $setupCode', async (body) => {
      const response = await signUp(body)
      expect(response.status).toBe(403)
      expect(await response.json()).toMatchObject({ code: 'WRONG_SETUP_CODE', message: expect.any(String) })
      expect(await realPeople()).toBe(0)
    })

    it('closes for good, also for a bad request', async () => {
      await signUp()
      for (const body of [
        { email: 'bob@example.com' },
        { setupCode: 'wrong' },
        { email: 'not an address' },
        {},
      ]) {
        const response = await signUp(body)
        expect(response.status).toBe(403)
        expect(await response.json()).toMatchObject({ code: 'SIGN_UP_CLOSED', message: expect.any(String) })
      }
      expect(await realPeople()).toBe(1)
    })

    it.each([
      ['different people', (n: number) => ({ email: `person${n}@example.com` })],
      ['one person', () => ({})],
    ])(
      'lets exactly one of 20 at once in (%s)',
      async (_who, more) => {
        const responses = await Promise.all(Array.from({ length: 20 }, (_, n) => signUp(more(n))))
        expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
          200,
          ...Array<number>(19).fill(403),
        ])
        expect(await realPeople()).toBe(1)
        expect(await database.prisma.account.count({ where: { user: { isDemo: false } } })).toBe(1)
      },
      30_000,
    )

    it('lets nobody choose what they are', async () => {
      await signUp({ role: 'VIEWER', isDemo: true, disabled: true, founder: null, emailVerified: true })
      expect(await database.prisma.user.findUnique({ where: { email: ada.email } })).toMatchObject({
        role: 'ADMINISTRATOR',
        isDemo: false,
        disabled: false,
        founder: true,
        emailVerified: false,
      })
    })

    it('wants a password of at least 8 characters', async () => {
      expect((await signUp({ password: '1234567' })).status).toBe(400)
      expect(await auth.needsSetup()).toBe(true)
    })
  })

  describe('sessions', () => {
    it('live in an http-only cookie of this site', async () => {
      const [cookie] = (await signIn(demo)).headers.getSetCookie()
      expect(cookie).toMatch(/^wheel-analyzer\.session_token=/)
      expect(cookie).toMatch(/HttpOnly/i)
      expect(cookie).toMatch(/SameSite=Lax/i)
      expect(cookie).not.toMatch(/Secure/i)
    })

    it('behind TLS, in a Secure one', async () => {
      const secure = await create({ secureCookies: true })
      const [cookie] = (await post('/sign-in/email', demo, {}, secure)).headers.getSetCookie()
      expect(cookie).toMatch(/^__Secure-/)
      expect(cookie).toMatch(/; Secure/)
    })

    it('end at once when signed out', async () => {
      const signedIn = await signIn(demo)
      const cookie = cookiesOf(signedIn)
      expect((await post('/sign-out', {}, { cookie })).status).toBe(200)
      expect(await viewerOf(signedIn)).toBeNull()
      expect(await (await send('/get-session', { headers: { cookie } })).json()).toBeNull()
    })

    it('are worth nothing when expired, forged or missing', async () => {
      const signedIn = await signIn(demo)
      expect(await auth.viewerOf(new Headers())).toBeNull()
      const forged = cookiesOf(signedIn).replace(/\..{10}/, '.aaaaaaaaaa')
      expect(await auth.viewerOf(new Headers({ cookie: forged }))).toBeNull()
      const other = await create({ secret: 'another secret, just as long as the first one' })
      expect(await viewerOf(signedIn, other)).toBeNull()
      await database.prisma.session.updateMany({ data: { expiresAt: new Date(Date.now() - 1000) } })
      expect(await viewerOf(signedIn)).toBeNull()
    })

    it('show nothing secret', async () => {
      await signUp()
      const session: unknown = await (
        await send('/get-session', { headers: { cookie: cookiesOf(await signIn()) } })
      ).json()
      expect(JSON.stringify(session)).not.toMatch(/founder|password/)
      expect(session).toMatchObject({ user: { email: ada.email, role: 'ADMINISTRATOR', isDemo: false } })
    })

    it('tell a wrong password from an unknown person by nothing', async () => {
      await signUp()
      const answers = await Promise.all(
        [
          { ...ada, password: 'wrong password' },
          { ...ada, email: 'nobody@example.com' },
        ].map(async (credentials) => {
          const response = await signIn(credentials)
          return [response.status, await response.json()]
        }),
      )
      expect(answers[0]).toEqual(answers[1])
      expect(answers[0]?.[0]).toBe(401)
    })

    it('tell a wrong password from an unknown person by no shorter time', async () => {
      await signUp()
      const times = { [ada.email]: [] as number[], 'nobody@example.com': [] as number[] }
      for (let n = 0; n < 5; n++)
        for (const [email, spent] of Object.entries(times)) {
          const start = performance.now()
          const headers = { 'x-client-address': `192.0.2.${n}` }
          expect((await signIn({ email, password: 'wrong password' }, headers)).status).toBe(401)
          spent.push(performance.now() - start)
        }
      const [known = 0, unknown = 0] = Object.values(times).map((spent) => Math.min(...spent))
      // The hash is most of it, by far.
      expect(unknown).toBeGreaterThan(known / 2)
    })
  })

  describe('the demo account', () => {
    it('exists in LOCAL, once, as an administrator who is nobody real', async () => {
      await Promise.all([create(), create(), create()])
      expect(await database.prisma.account.count()).toBe(1)
      const viewer = await viewerOf(await signIn(demo))
      expect(viewer).toMatchObject({ email: demoEmail, role: 'ADMINISTRATOR', isDemo: true })
      expect(await auth.needsSetup()).toBe(true)
    })

    it('is disabled by PRODUCTION, with the answer of a wrong password, and enabled again by LOCAL', async () => {
      const signedIn = await signIn(demo)
      const production = await create({ environment: 'PRODUCTION' })
      expect(await viewerOf(signedIn, production)).toBeNull()
      expect(await viewerOf(signedIn)).toBeNull()
      expect(await database.prisma.session.count()).toBe(0)

      const disabled = await post('/sign-in/email', demo, {}, production)
      const wrong = await post('/sign-in/email', { ...demo, password: 'wrong password' }, {}, production)
      expect([disabled.status, await disabled.json()]).toEqual([wrong.status, await wrong.json()])
      expect(disabled.status).toBe(401)
      expect(disabled.headers.getSetCookie()).toEqual([])

      await create({ environment: 'LOCAL' })
      expect((await signIn(demo)).status).toBe(200)
    })

    it('is not made in PRODUCTION', async () => {
      await database.prisma.user.deleteMany()
      await create({ environment: 'PRODUCTION' })
      expect(await database.prisma.user.count()).toBe(0)
    })

    it('loses its session when it is disabled while signed in', async () => {
      const signedIn = await signIn(demo)
      await database.prisma.user.updateMany({ data: { disabled: true } })
      expect(await viewerOf(signedIn)).toBeNull()
    })
  })

  describe('the door', () => {
    it.each([
      '/sign-in/social',
      '/forget-password',
      '/reset-password/x',
      '/change-email',
      '/update-user',
      '/delete-user',
      '/list-sessions',
      '/verify-email',
      '/error',
      '/sign-in/email/',
      '//ok',
      '',
    ])('has no %s', async (path) => {
      expect((await send(path)).status).toBe(404)
      expect((await post(path)).status).toBe(404)
    })

    it('says ok', async () => {
      expect((await send('/ok')).status).toBe(200)
    })

    it.each([
      { origin: 'https://evil.example' },
      { origin: 'http://127.0.0.1:4001' },
      { origin: 'null' },
      { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    ])('is closed to pages of other origins (%o)', async (headers) => {
      expect((await signIn(demo, headers)).status).toBe(403)
      expect((await signUp({}, headers)).status).toBe(403)
      const signedIn = await signIn(demo)
      expect((await post('/sign-out', {}, { cookie: cookiesOf(signedIn), ...headers })).status).toBe(403)
      expect(await viewerOf(signedIn)).not.toBeNull()
    })

    it('is open to any own address, to the public one, and to clients that are no browser', async () => {
      const behindProxy = await create({ publicUrl: 'https://wheel.example.com/' })
      const from = (headers: Record<string, string>, url = origin) =>
        behindProxy.handler(
          new Request(`${url}/api/auth/sign-in/email`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', cookie: 'stale=1', ...headers },
            body: JSON.stringify(demo),
          }),
        )
      expect((await from({ origin: 'http://localhost:8080' }, 'http://localhost:8080')).status).toBe(200)
      expect((await from({ origin: 'https://wheel.example.com' })).status).toBe(200)
      expect((await from({})).status).toBe(200)
      expect((await from({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    })

    it('answers nonsense with 4xx', async () => {
      const headers = { 'content-type': 'application/json', origin }
      for (const body of [
        '{',
        '[]',
        'null',
        '{"email":[],"password":{}}',
        '{"email":"a@b.co\\u0000","password":"x"}',
      ]) {
        const response = await send('/sign-in/email', { method: 'POST', headers, body })
        expect([body, response.status]).toEqual([body, expect.toSatisfy((s: number) => s >= 400 && s < 500)])
      }
      const text = { 'content-type': 'text/plain', origin }
      const response = await send('/sign-in/email', {
        method: 'POST',
        headers: text,
        body: JSON.stringify(demo),
      })
      expect(response.status).toBe(415)
    })

    it('slows down one address, whatever it says in forwarding headers', async () => {
      const limited = await create({ signInsPerMinute: 30 })
      const network = '198.51.100'
      const attempt = (address: string, forwarded: string) =>
        post(
          '/sign-in/email',
          { email: 'x' },
          { 'x-client-address': address, 'x-forwarded-for': forwarded },
          limited,
        )
      const statuses: number[] = []
      for (let n = 0; n < 31; n++) statuses.push((await attempt(`${network}.7`, `203.0.113.${n}`)).status)
      expect(statuses.slice(0, 30)).toEqual(Array<number>(30).fill(400))
      expect(statuses[30]).toBe(429)
      expect((await attempt(`${network}.8`, '203.0.113.1')).status).toBe(400)
    })
  })
})

describe('loadSecret', () => {
  it('makes a secret once, for its owner only', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wheel-secret-'))
    const dataDir = join(folder, 'data')
    const secret = loadSecret(dataDir)
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect(loadSecret(dataDir)).toBe(secret)
    expect((await stat(join(dataDir, 'auth-secret'))).mode & 0o777).toBe(0o600)
    await rm(folder, { recursive: true })
  })
})
