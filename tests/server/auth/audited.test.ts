/** Every action on accounts stands in the audit log once, by whoever did it, from where, and without what is secret. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAuth, type Auth, type AuthOptions } from '../../../server/src/auth/auth.ts'
import type { Actor } from '../../../server/src/auth/accounts.ts'
import type { AuditAction } from '../../../server/src/auth/audit.ts'
import { demoEmail, demoPassword } from '../../../server/src/auth/demo-account.ts'
import { authOptions } from '../../support/accounts.ts'
import { cookieOf, doorOf, secretOf } from '../../support/door.ts'
import { recordingLog, type RecordingLog } from '../../support/fakes.ts'
import { databases, type TestDatabase } from '../db/databases.ts'

const password = 'correct horse battery'
const email = 'ann@example.com'
const address = '192.0.2.1'

let database: TestDatabase
let options: AuthOptions
let log: RecordingLog
let auth: Auth
let door: ReturnType<typeof doorOf>
let cookie: string
let ann: Actor
let demo: Actor

beforeAll(async () => {
  const [embedded] = databases
  if (embedded === undefined) throw new Error('there is always the embedded database')
  database = await embedded.open()
})
afterAll(() => database.close())
beforeEach(async () => {
  await database.prisma.user.deleteMany()
  log = recordingLog()
  options = { ...(await authOptions(database)), log }
  auth = await createAuth(options)
  door = doorOf(auth)
  demo = await door.actorOf(cookieOf(await door.signIn(demoEmail, demoPassword)))
  cookie = cookieOf(await joinBy(await invite(), email))
  ann = await door.actorOf(cookie)
  await database.prisma.auditEntry.deleteMany()
})
afterEach(() => auth.close())

const invite = async () => {
  const { link } = await auth.accounts.invitations.create(demo, { email: null, role: 'TRADER' })
  return secretOf(link)
}
const joinBy = (invitation: string, email: string) =>
  door.post('sign-up/email', { name: 'Ann', email, password, invitation })
const resetLink = async () => secretOf((await auth.accounts.passwordResets.create(demo, ann.viewer.id)).link)
const makeToken = () =>
  auth.accounts.tokens.create(ann, { name: 'report', scopes: ['READ'], expiresInDays: null })
const entries = async () => (await auth.accounts.audit.list({ first: 50, after: null })).items

/** Without the list and the criteria, which are no accounts. */
type Action = Exclude<AuditAction, 'STOCK_ADDED' | 'STOCK_CHANGED' | 'CRITERIA_CHANGED'>

interface Deed {
  /** Null: nobody who is signed in. */
  by: 'Ann' | 'Demo' | null
  act: () => Promise<unknown>
}

const deeds: Record<Action, Deed> = {
  SIGNED_IN: { by: 'Ann', act: () => door.signIn(email, password) },
  SIGN_IN_REFUSED: { by: null, act: () => door.signIn(email, 'a wrong one') },
  SIGNED_OUT: { by: 'Ann', act: () => door.post('sign-out', {}, address, { cookie }) },
  SET_UP: {
    by: 'Ann',
    act: () =>
      door.post('sign-up/email', {
        name: 'Ann',
        email: 'ada@example.com',
        password,
        setupCode: options.setupCode,
      }),
  },
  JOINED: { by: 'Ann', act: async () => joinBy(await invite(), 'bob@example.com') },
  INVITED: { by: 'Demo', act: invite },
  INVITATION_REVOKED: {
    by: 'Demo',
    async act() {
      await invite()
      const { items } = await auth.accounts.invitations.list({ first: 1, after: null })
      await auth.accounts.invitations.revoke(demo, items[0]?.id ?? '')
    },
  },
  ROLE_CHANGED: { by: 'Demo', act: () => auth.accounts.people.changeRole(demo, ann.viewer.id, 'VIEWER') },
  PERSON_DISABLED: { by: 'Demo', act: () => auth.accounts.people.setDisabled(demo, ann.viewer.id, true) },
  PERSON_ENABLED: { by: 'Demo', act: () => auth.accounts.people.setDisabled(demo, ann.viewer.id, false) },
  PASSWORD_CHANGED: {
    by: 'Ann',
    act: () => auth.accounts.passwords.change(ann, password, 'a new password'),
  },
  RESET_LINK_CREATED: { by: 'Demo', act: resetLink },
  PASSWORD_RESET: {
    by: 'Ann',
    act: async () => door.post('reset-password', { token: await resetLink(), password: 'a new password' }),
  },
  SESSIONS_ENDED: { by: 'Demo', act: () => auth.accounts.browserSessions.endAllOf(demo, ann.viewer.id) },
  TOKEN_CREATED: { by: 'Ann', act: makeToken },
  TOKEN_REVOKED: {
    by: 'Ann',
    act: async () => auth.accounts.tokens.revoke(ann, (await makeToken()).token.id),
  },
}

test.each(Object.entries(deeds))('%s', async (action, { by, act }) => {
  await act()
  const found = (await entries()).filter((entry) => entry.action === action)
  expect(found).toMatchObject([{ actorName: by, address, summary: expect.stringMatching(/^[A-Z“].*\.$/) }])
})

test('what was refused is no deed', async () => {
  const { accounts } = auth
  const refused = [
    () => accounts.people.changeRole(demo, 'nobody', 'VIEWER'),
    () => accounts.people.setDisabled(demo, demo.viewer.id, true),
    () => accounts.invitations.create(demo, { email, role: 'VIEWER' }),
    () => accounts.invitations.revoke(demo, 'none'),
    () => accounts.passwordResets.create(demo, 'nobody'),
    () => accounts.browserSessions.end(ann, demo.viewer.credential.id),
    () => accounts.passwords.change(ann, 'a wrong one', 'a new password'),
    () => accounts.tokens.revoke(ann, 'none'),
  ]
  for (const act of refused) await expect(act()).rejects.toMatchObject({ code: expect.any(String) })
  expect(await accounts.browserSessions.endOthers(ann)).toBe(0)
  await joinBy('x'.repeat(43), 'bob@example.com')
  await door.post('reset-password', { token: 'x'.repeat(43), password })
  await door.post('sign-out', {}, address)
  expect(await entries()).toEqual([])
})

test('neither the audit log, nor the log, nor the database keeps a link, a token or a password', async () => {
  const secrets = [password, 'another password', await invite(), (await makeToken()).secret]
  const used = await invite()
  await joinBy(used, 'bob@example.com')
  const token = await resetLink()
  await door.post('reset-password', { token, password: 'another password' })
  await door.signIn(email, 'a wrong password')
  secrets.push(used, token, 'a wrong password', await resetLink())
  const { prisma } = database
  const kept = await Promise.all([
    prisma.auditEntry.findMany(),
    prisma.invitation.findMany(),
    prisma.passwordReset.findMany(),
    prisma.apiToken.findMany(),
    prisma.account.findMany(),
    prisma.user.findMany(),
  ])
  expect(kept.map((rows) => rows.length > 0)).toEqual(Array(kept.length).fill(true))
  const text = JSON.stringify([kept, log.lines])
  for (const secret of secrets) expect(text).not.toContain(secret)
})

describe('so many attempts a minute from one address', () => {
  const paths = ['sign-in/email', 'sign-up/email', 'invitation', 'request-password-reset', 'reset-password']

  test('are looked at, whatever they are, and whichever address of an IPv6 network they come from', async () => {
    const limited = await createAuth({ ...options, signInsPerMinute: paths.length })
    const post = async (path: string, from: string) => {
      const body = { email: 'nobody@example.com', password, name: 'N', token: 'x', invitation: 'x' }
      return doorOf(limited).post(path, body, from)
    }
    const all = async (from: (n: number) => string) => {
      const statuses: number[] = []
      for (const [n, path] of paths.entries()) statuses.push((await post(path, from(n))).status)
      return statuses
    }
    expect(await all((n) => `2001:db8::${n}`)).toEqual([401, 404, 404, 202, 404])
    expect(await all((n) => `2001:db8::f${n}`)).toEqual([429, 429, 429, 429, 429])
    const refused = await post('invitation', '2001:db8::')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused.json()).toMatchObject({ code: 'TOO_MANY_ATTEMPTS' })
    expect((await post('invitation', '2001:db8:0:1::')).status).toBe(404)
    expect(await limited.viewerOf(new Headers({ cookie }))).not.toBeNull()
    await limited.close()
  })
})
