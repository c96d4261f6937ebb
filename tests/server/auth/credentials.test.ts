/** Who is behind a cookie or a token, and the end of what runs on it when that changes. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi, type Mock } from 'vitest'
import type { Actor } from '../../../server/src/auth/accounts.ts'
import { createAuth, type Auth, type AuthOptions } from '../../../server/src/auth/auth.ts'
import { createCredentials, type Credentials } from '../../../server/src/auth/credentials.ts'
import { demoEmail, demoPassword } from '../../../server/src/auth/demo-account.ts'
import { openRevocations, type RevocationBook } from '../../../server/src/auth/revocations.ts'
import { scopesOf, type Viewer } from '../../../server/src/auth/viewer.ts'
import { DatabaseAway } from '../../../server/src/scan/errors.ts'
import { authOptions } from '../../support/accounts.ts'
import { cookieOf, doorOf, secretOf } from '../../support/door.ts'
import { fakeClock, silentLog, type FakeClock } from '../../support/fakes.ts'
import { until } from '../../support/until.ts'
import { databases, type TestDatabase } from '../db/databases.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const DAY = 86_400 * SECOND
const password = 'correct horse battery'

/** The clock of the credentials, and the timer that looks at them. */
function passWith(clock: FakeClock) {
  return (ms: number) => {
    clock.pass(ms)
    vi.advanceTimersByTime(SECOND)
  }
}

/** With the clock as it is: at one of the next looks. */
const toldSoon = (end: Mock) =>
  until(() => {
    vi.advanceTimersByTime(SECOND)
    return end.mock.calls.length === 1
  })

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

describe('a token', () => {
  let clock: FakeClock
  let pass: (ms: number) => void
  let revocations: RevocationBook
  let credentials: Credentials
  /** What the database says, and how often it was asked. */
  let database: { answer: Viewer | null | Error; asked: number }
  let nobody: TestDatabase

  const secret = `wa_${'s'.repeat(43)}`
  const ann: Viewer = {
    id: 'ann',
    email: 'ann@example.com',
    name: 'Ann',
    role: 'TRADER',
    isDemo: false,
    credential: { kind: 'TOKEN', id: 'token', expiresAt: null },
    scopes: scopesOf('TRADER'),
  }
  beforeAll(async () => {
    const [embedded] = databases
    if (embedded === undefined) throw new Error('there is always the embedded database')
    nobody = await embedded.open()
  })
  afterAll(() => nobody.close())
  beforeEach(async () => {
    clock = fakeClock()
    pass = passWith(clock)
    revocations = await openRevocations({ shared: null, clock, log: silentLog })
    database = { answer: ann, asked: 0 }
    const options = { ...(await authOptions(nobody)), clock, revocations }
    credentials = createCredentials({
      ...options,
      signOut: () => Promise.reject(new Error('nobody signs out')),
      tokens: {
        async verify() {
          database.asked += 1
          await Promise.resolve()
          const { answer } = database
          if (answer instanceof Error) throw answer
          return answer && { value: answer, ids: ['token', 'ann'], expiresAt: answer.credential.expiresAt }
        },
      },
    })
  })
  afterEach(() => credentials.close())

  const ask = (authorization = `Bearer ${secret}`) => credentials.viewerOf(new Headers({ authorization }))

  test.each([`Bearer ${secret}`, `bearer ${secret}`, `BEARER   ${secret} `])(
    'is known by “%s”',
    async (authorization) => {
      expect(await ask(authorization)).toEqual(ann)
    },
  )

  test.each([
    'Bearer',
    'Bearer wa_',
    `Bearer ${secret}x`,
    `Bearer ${secret.slice(0, -1)}`,
    `Bearer ${secret} ${secret}`,
    `Bearer WA_${'s'.repeat(43)}`,
    `Bearer wa_${'s'.repeat(42)}!`,
    `Bearer wa_${'s'.repeat(60)}`,
  ])('that is none is not looked up: “%s”', async (authorization) => {
    expect(await ask(authorization)).toBeNull()
    expect(database.asked).toBe(0)
  })

  test('is asked for once in 5 seconds, however many requests and streams there are', async () => {
    const viewer = await ask()
    if (viewer === null) throw new Error('the token is good')
    const end = vi.fn()
    for (let stream = 0; stream < 10_000; stream += 1) credentials.watch(viewer, end)
    for (let second = 1; second <= 11; second += 1) {
      pass(SECOND)
      expect(await ask()).toEqual(ann)
    }
    expect(database.asked).toBe(3)
    expect(end).not.toHaveBeenCalled()
  })

  test('stays good for 5 minutes without the database, with what runs on it, unless it is revoked', async () => {
    const viewer = await ask()
    if (viewer === null) throw new Error('the token is good')
    const end = vi.fn()
    credentials.watch(viewer, end)
    database.answer = new DatabaseAway()
    pass(299 * SECOND)
    expect(await ask()).toEqual(ann)
    expect(end).not.toHaveBeenCalled()
    await revocations.revoke(['token'])
    expect(end).toHaveBeenCalledTimes(1)
    await expect(ask()).rejects.toThrow(DatabaseAway)
  })
})

describe.each(databases)('what runs on a credential ends within seconds ($kind)', ({ open }) => {
  let database: TestDatabase
  let options: AuthOptions
  let clock: FakeClock
  let pass: (ms: number) => void
  let auth: Auth
  let door: ReturnType<typeof doorOf>
  let administrator: Actor
  let cookie: string
  let person: Actor
  let token: { id: string; secret: string }

  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.prisma.user.deleteMany()
    clock = fakeClock(Date.now())
    pass = passWith(clock)
    options = { ...(await authOptions(database)), clock }
    auth = await createAuth(options)
    door = doorOf(auth)
    administrator = await door.actorOf(cookieOf(await door.signIn(demoEmail, demoPassword)))
    const { link } = await auth.accounts.invitations.create(administrator, { email: null, role: 'TRADER' })
    const joined = { name: 'Ann', email: 'ann@example.com', password, invitation: secretOf(link) }
    cookie = cookieOf(await door.post('sign-up/email', joined))
    person = await door.actorOf(cookie)
    const made = await auth.accounts.tokens.create(person, {
      name: 'report',
      scopes: ['SCAN'],
      expiresInDays: 1,
    })
    token = { id: made.token.id, secret: made.secret }
  })
  afterEach(() => auth.close())

  const byToken = () => auth.viewerOf(new Headers({ authorization: `Bearer ${token.secret}` }))
  const byCookie = () => auth.viewerOf(new Headers({ cookie }))
  /** Somebody who watches it. */
  async function watch(viewerOf: () => Promise<Viewer | null>) {
    const viewer = await viewerOf()
    if (viewer === null) throw new Error('the credential is good')
    const end = vi.fn()
    auth.watch(viewer, end)
    return end
  }

  interface End {
    /** What it runs on. */
    on: 'cookie' | 'token'
    how: string
    act: () => Promise<unknown>
  }
  const told: End[] = [
    { on: 'cookie', how: 'signing out', act: () => door.post('sign-out', {}, undefined, { cookie }) },
    {
      on: 'cookie',
      how: 'ending that session',
      act: () => auth.accounts.browserSessions.end(person, person.viewer.credential.id),
    },
    {
      on: 'cookie',
      how: 'ending all of that person’s sessions',
      act: () => auth.accounts.browserSessions.endAllOf(administrator, person.viewer.id),
    },
    { on: 'token', how: 'revoking it', act: () => auth.accounts.tokens.revoke(person, token.id) },
    ...(['cookie', 'token'] as const).flatMap((on): End[] => [
      {
        on,
        how: 'another role',
        act: () => auth.accounts.people.changeRole(administrator, person.viewer.id, 'VIEWER'),
      },
      {
        on,
        how: 'disabling the person',
        act: () => auth.accounts.people.setDisabled(administrator, person.viewer.id, true),
      },
    ]),
  ]
  test.each(told)('at once: a $on, by $how', async ({ on, act }) => {
    const end = await watch(on === 'cookie' ? byCookie : byToken)
    await act()
    expect(end).toHaveBeenCalledTimes(1)
  })

  const lost: End[] = [
    {
      on: 'cookie',
      how: 'the session is gone',
      act: () => database.prisma.session.deleteMany({ where: { userId: person.viewer.id } }),
    },
    {
      on: 'cookie',
      how: 'the session has expired',
      act: () => database.prisma.session.updateMany({ data: { expiresAt: new Date(Date.now() - 1) } }),
    },
    { on: 'token', how: 'the token is gone', act: () => database.prisma.apiToken.deleteMany() },
    ...(['cookie', 'token'] as const).flatMap((on): End[] => {
      const where = () => ({ where: { id: person.viewer.id } })
      const change = (data: object) => database.prisma.user.update({ ...where(), data })
      return [
        { on, how: 'the role is another one', act: () => change({ role: 'VIEWER' }) },
        { on, how: 'the person is disabled', act: () => change({ disabled: true }) },
        { on, how: 'the person is gone', act: () => database.prisma.user.delete(where()) },
      ]
    }),
  ]
  test.each(lost)('without being told: a $on, when $how', async ({ on, act }) => {
    const end = await watch(on === 'cookie' ? byCookie : byToken)
    await act()
    expect(end).not.toHaveBeenCalled()
    pass(5 * SECOND)
    await toldSoon(end)
  })

  test('when a token expires', async () => {
    const end = await watch(byToken)
    pass(DAY - MINUTE)
    expect(await byToken()).not.toBeNull()
    expect(end).not.toHaveBeenCalled()
    pass(MINUTE)
    await toldSoon(end)
  })

  test('and nobody else’s: one session of several, one token of several', async () => {
    const other = cookieOf(await door.signIn('ann@example.com', password))
    const ends = [await watch(() => auth.viewerOf(new Headers({ cookie: other }))), await watch(byToken)]
    await auth.accounts.browserSessions.end(person, person.viewer.credential.id)
    pass(5 * SECOND)
    await byToken()
    for (const end of ends) expect(end).not.toHaveBeenCalled()
    expect(await byCookie()).toBeNull()
    expect(await byToken()).not.toBeNull()
  })

  test('a cookie does not make up for a bad token, and does not mind what is no token', async () => {
    const both = (authorization: string) => auth.viewerOf(new Headers({ cookie, authorization }))
    for (const bad of ['Bearer', 'Bearer x', `Bearer wa_${'a'.repeat(43)}`])
      expect(await both(bad)).toBeNull()
    expect(await both(`Bearer ${token.secret}`)).toMatchObject({ credential: { kind: 'TOKEN' } })
    // Of a proxy in front, for instance.
    expect(await both('Basic cHJveHk6MQ==')).toMatchObject({ credential: { kind: 'SESSION' } })
  })

  test('a disabled person’s token is worth nothing, and works again when the person may', async () => {
    const { people } = auth.accounts
    await people.setDisabled(administrator, person.viewer.id, true)
    expect(await byToken()).toBeNull()
    await people.setDisabled(administrator, person.viewer.id, false)
    expect(await byToken()).toMatchObject({ id: person.viewer.id, scopes: scopesOf('TRADER') })
  })
})
