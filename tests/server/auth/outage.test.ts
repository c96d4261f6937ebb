import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Auth, createAuth } from '../../../server/src/auth/auth.ts'
import { demoEmail, demoPassword } from '../../../server/src/auth/demo-account.ts'
import { fingerprintOf } from '../../../server/src/auth/remembered.ts'
import { openRevocations, type RevocationBook } from '../../../server/src/auth/revocations.ts'
import { guarded } from '../../../server/src/db/guarded.ts'
import { DatabaseAway } from '../../../server/src/scan/errors.ts'
import { authOptions } from '../../support/accounts.ts'
import { fakeClock, recordingLog, type FakeClock, type RecordingLog } from '../../support/fakes.ts'
import { databases, type TestDatabase } from '../db/databases.ts'

const MINUTE = 60_000
const origin = 'http://127.0.0.1:4000'

describe.each(databases)('signing in and out with the database away ($kind)', ({ open }) => {
  let database: TestDatabase
  let isAway = false
  let postponed: (() => Promise<unknown>)[] = []
  let auth: Auth
  let revocations: RevocationBook
  let clock: FakeClock
  let log: RecordingLog

  const comeBack = async () => {
    isAway = false
    for (const work of postponed.splice(0)) await work()
  }
  const create = async () =>
    createAuth({
      ...(await authOptions(database)),
      ...guarded(database, {
        guard: async (work) => {
          if (isAway) throw new DatabaseAway()
          return work()
        },
      }),
      afterOutage: (work) => void postponed.push(work),
      revocations,
      clock,
      log,
    })

  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    isAway = false
    postponed = []
    clock = fakeClock(Date.now())
    log = recordingLog()
    revocations = await openRevocations({ shared: null, clock, log })
    auth = await create()
  })

  const post = (path: string, body: object = {}, headers: Record<string, string> = {}) =>
    auth.handler(
      new Request(`${origin}/api/auth${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin, ...headers },
        body: JSON.stringify(body),
      }),
    )
  const signIn = () => post('/sign-in/email', { email: demoEmail, password: demoPassword })
  const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const viewerOf = (cookie: string) => auth.viewerOf(new Headers({ cookie }))
  const sessionOf = (cookie: string) =>
    auth.handler(new Request(`${origin}/api/auth/get-session`, { headers: { cookie } }))

  it.each([
    ['/sign-in/email', { email: demoEmail, password: demoPassword }],
    ['/sign-up/email', { name: 'Ada', email: 'ada@example.com', password: 'correct horse', setupCode: 'x' }],
  ])('%s says that it cannot be done now', async (path, body) => {
    isAway = true
    const response = await post(path, body)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(await response.json()).toEqual({
      code: 'DATABASE_UNAVAILABLE',
      message: 'Signing in is not possible right now: the database cannot be reached. Try again in a moment.',
    })
    expect(log.lines).toEqual([])
  })

  it('get-session says so too, and the page can ask what it needs', async () => {
    const cookie = cookieOf(await signIn())
    isAway = true
    const response = await sessionOf(cookie)
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({
      code: 'DATABASE_UNAVAILABLE',
      message: 'The database cannot be reached right now. Try again in a moment.',
    })
    expect(await auth.needsSetup()).toBe(false)
    expect(log.lines).toEqual([])
  })

  it('who was seen stays known for 5 minutes; who was not, is not', async () => {
    const [seen, unseen] = [cookieOf(await signIn()), cookieOf(await signIn())]
    const viewer = await viewerOf(seen)
    expect(viewer).toMatchObject({ email: demoEmail })
    isAway = true
    clock.pass(4 * MINUTE)
    expect(await viewerOf(seen)).toEqual(viewer)
    await expect(viewerOf(unseen)).rejects.toThrow(DatabaseAway)
    clock.pass(MINUTE)
    await expect(viewerOf(seen)).rejects.toThrow(DatabaseAway)
    await comeBack()
    expect(await viewerOf(seen)).toMatchObject({ email: demoEmail })
  })

  it('a remembered session does not open for a cookie that only looks like it', async () => {
    const cookie = cookieOf(await signIn())
    expect(await viewerOf(cookie)).not.toBeNull()
    const [name, value = ''] = cookie.split('=')
    const token = decodeURIComponent(value).split('.')[0] ?? ''
    for (const forged of [token, `${token}.`, `${token}.${'A'.repeat(43)}=`])
      expect(await viewerOf(`${name}=${encodeURIComponent(forged)}`)).toBeNull()
  })

  it('who signs out is out at once, stays out when the database is back, and leaves no row', async () => {
    const cookie = cookieOf(await signIn())
    const viewer = await viewerOf(cookie)
    isAway = true
    const gone: string[] = []
    revocations.onRevoked((ids) => gone.push(...ids))
    const response = await post('/sign-out', {}, { cookie })
    expect(response.status).toBe(200)
    expect(response.headers.getSetCookie()[0]).toMatch(/session_token=;.*Max-Age=0/)
    expect(gone).toContain(viewer?.credential.id)
    expect(await viewerOf(cookie)).toBeNull()

    isAway = false
    expect(await database.prisma.session.count({ where: { id: viewer?.credential.id ?? '' } })).toBe(1)
    expect(await viewerOf(cookie)).toBeNull()
    expect(await (await sessionOf(cookie)).json()).toBeNull()
    await comeBack()
    expect(await database.prisma.session.count({ where: { id: viewer?.credential.id ?? '' } })).toBe(0)
    expect(log.lines).toEqual([])
  })

  it('a signed-out session has no other cookie, as by another way to write its signature', async () => {
    const cookie = cookieOf(await signIn())
    expect(await viewerOf(cookie)).not.toBeNull()
    isAway = true
    await post('/sign-out', {}, { cookie })
    isAway = false
    const [name, value = ''] = cookie.split('=')
    const signed = decodeURIComponent(value)
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
    // The last letter of 32 bytes in base64 has two bits that nobody reads.
    const last = letters.indexOf(signed.at(-2) ?? '')
    for (const other of [last ^ 1, last ^ 2, last ^ 3]) {
      const variant = `${name}=${encodeURIComponent(`${signed.slice(0, -2)}${letters[other]}=`)}`
      expect(await viewerOf(variant)).toBeNull()
      expect(await (await sessionOf(variant)).json()).toBeNull()
    }
  })

  it('who signs out where nobody has seen them is out as well', async () => {
    const cookie = cookieOf(await signIn())
    isAway = true
    expect((await post('/sign-out', {}, { cookie })).status).toBe(200)
    expect(await viewerOf(cookie)).toBeNull()
    isAway = false
    expect(await viewerOf(cookie)).toBeNull()
  })

  it('a sign-out with a forged cookie, or from another site, ends nobody’s session', async () => {
    const cookie = cookieOf(await signIn())
    const [name, value = ''] = cookie.split('=')
    const forged = `${decodeURIComponent(value).split('.')[0]}.${'A'.repeat(43)}=`
    await post('/sign-out', {}, { cookie: `${name}=${encodeURIComponent(forged)}` })
    expect(await revocations.isEnded(fingerprintOf(forged))).toBe(false)
    expect((await post('/sign-out', {}, { cookie, origin: 'https://evil.example' })).status).toBe(403)
    expect(await viewerOf(cookie)).not.toBeNull()
  })
})
