/** What is typed into the forms before the door, and what becomes of it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAuth, type Auth } from '../../../server/src/auth/auth.ts'
import { demoEmail, demoPassword } from '../../../server/src/auth/demo-account.ts'
import type { PrismaClient } from '../../../server/src/db/database.ts'
import { authOptions } from '../../support/accounts.ts'
import { cookieOf, doorOf, secretOf } from '../../support/door.ts'
import { fakeClock } from '../../support/fakes.ts'
import { databases, type TestDatabase } from '../db/databases.ts'

const password = 'correct horse battery'

describe.each(databases)('on $kind', ({ open }) => {
  let database: TestDatabase
  let auth: Auth
  let door: ReturnType<typeof doorOf>
  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.prisma.user.deleteMany()
    await database.prisma.invitation.deleteMany()
    auth = await createAuth(await authOptions(database))
    door = doorOf(auth)
  })

  const demo = async () => door.actorOf(cookieOf(await door.signIn(demoEmail, demoPassword)))
  const invite = async () => auth.accounts.invitations.create(await demo(), { email: null, role: 'TRADER' })
  const joinBy = (link: string, more: object = {}) =>
    door.post('sign-up/email', {
      name: 'Ann',
      email: 'ann@example.com',
      password,
      invitation: secretOf(link),
      ...more,
    })

  test('an address and a name are kept without what surrounds them, and nothing else is kept', async () => {
    const { link } = await invite()
    const typed = { name: '  Ann Lee ', email: ' ANN@Example.com ', image: 'x'.repeat(10_000) }
    expect((await joinBy(link, typed)).status).toBe(200)
    const kept = await database.prisma.user.findUniqueOrThrow({ where: { email: 'ann@example.com' } })
    expect(kept).toMatchObject({ name: 'Ann Lee', image: null })
    expect((await door.signIn(' ann@EXAMPLE.com', password)).status).toBe(200)
  })

  test.each([
    ['no name', { name: ' \t ' }],
    ['a name of 101 characters', { name: 'n'.repeat(101) }],
    ['a name that is none', { name: ['Ann'] }],
    ['a password of 7 characters', { password: '1234567' }],
    ['a password of 129 characters', { password: 'p'.repeat(129) }],
    ['a password that is none', { password: { length: 9 } }],
  ])('%s makes no account, and leaves the invitation as it is', async (_what, more) => {
    const { link } = await invite()
    const response = await joinBy(link, more)
    expect([response.status, await response.json()]).toMatchObject([400, { message: expect.any(String) }])
    expect((await joinBy(link)).status).toBe(200)
  })

  test.each([1, 100])('a name may have %i characters', async (length) => {
    expect((await joinBy((await invite()).link, { name: 'n'.repeat(length) })).status).toBe(200)
  })

  test('an invitation that is revoked while somebody joins by it makes no account', async () => {
    const revoking = database.prisma.$extends({
      query: {
        invitation: {
          async deleteMany({ args, query }) {
            await database.prisma.invitation.deleteMany(args as object)
            return query(args)
          },
        },
      },
    }) as unknown as PrismaClient
    const { link } = await invite()
    const elsewhere = doorOf(await createAuth({ ...(await authOptions(database)), prisma: revoking }))
    const response = await elsewhere.post('sign-up/email', {
      name: 'Ann',
      email: 'ann@example.com',
      password,
      invitation: secretOf(link),
    })
    expect([response.status, await response.json()]).toMatchObject([404, { code: 'INVITATION_GONE' }])
    expect(cookieOf(response)).toBe('')
    expect(await database.prisma.user.count({ where: { isDemo: false } })).toBe(0)
    expect(await database.prisma.session.count({ where: { user: { isDemo: false } } })).toBe(0)
  })

  test('a form is no way around what is counted by account', async () => {
    const form = (path: string, fields: Record<string, string>) =>
      auth.handler(
        new Request(`http://127.0.0.1:4000/api/auth/${path}`, {
          method: 'POST',
          headers: { 'x-client-address': '192.0.2.1' },
          body: new URLSearchParams(fields),
        }),
      )
    for (const path of ['sign-in/email', 'sign-up/email', 'request-password-reset', 'reset-password']) {
      const response = await form(path, { email: demoEmail, password: demoPassword })
      expect([path, response.status]).toEqual([path, 415])
    }
  })

  describe('links that somebody handed out', () => {
    const administrator = async (email: string) => {
      const { link } = await auth.accounts.invitations.create(await demo(), {
        email: null,
        role: 'ADMINISTRATOR',
      })
      return door.actorOf(cookieOf(await joinBy(link, { email })))
    }

    test.each(['changeRole', 'setDisabled'] as const)('are no way back after %s', async (how) => {
      const mallory = await administrator('mallory@example.com')
      const ada = await administrator('ada@example.com')
      const { accounts } = auth
      const invitation = await accounts.invitations.create(mallory, { email: null, role: 'ADMINISTRATOR' })
      const reset = await accounts.passwordResets.create(mallory, ada.viewer.id)
      const kept = await accounts.invitations.create(ada, { email: null, role: 'VIEWER' })
      if (how === 'changeRole') await accounts.people.changeRole(ada, mallory.viewer.id, 'VIEWER')
      else await accounts.people.setDisabled(ada, mallory.viewer.id, true)
      expect((await joinBy(invitation.link, { email: 'm2@example.com' })).status).toBe(404)
      const taken = await door.post('reset-password', { token: secretOf(reset.link), password: 'taken over' })
      expect(taken.status).toBe(404)
      expect((await joinBy(kept.link)).status).toBe(200)
    })

    test('from the demo account, in LOCAL, open nothing in PRODUCTION', async () => {
      const invitation = await invite()
      const ada = await administrator('ada@example.com')
      const reset = await auth.accounts.passwordResets.create(await demo(), ada.viewer.id)
      const kept = await auth.accounts.invitations.create(ada, { email: null, role: 'VIEWER' })
      const production = doorOf(
        await createAuth({ ...(await authOptions(database)), environment: 'PRODUCTION' }),
      )
      const joinThere = ({ link }: { link: string }) =>
        production.post('sign-up/email', {
          name: 'Ann',
          email: 'ann@example.com',
          password,
          invitation: secretOf(link),
        })
      expect((await joinThere(invitation)).status).toBe(404)
      const taken = await production.post('reset-password', {
        token: secretOf(reset.link),
        password: 'taken over',
      })
      expect(taken.status).toBe(404)
      expect((await joinThere(kept)).status).toBe(200)
    })

    test('choose no password any more once the person has changed it', async () => {
      const ann = await door.actorOf(cookieOf(await joinBy((await invite()).link)))
      const { link } = await auth.accounts.passwordResets.create(await demo(), ann.viewer.id)
      await auth.accounts.passwords.change(ann, password, 'a new password')
      const late = await door.post('reset-password', { token: secretOf(link), password: 'somebody else’s' })
      expect(late.status).toBe(404)
      expect((await door.signIn('ann@example.com', 'a new password')).status).toBe(200)
    })
  })

  test('what has expired is not listed: neither sessions nor invitations', async () => {
    const clock = fakeClock(Date.now())
    const later = await createAuth({ ...(await authOptions(database)), clock })
    const { invitations, browserSessions } = later.accounts
    const actor = await demo()
    await invite()
    const listed = async () => [
      (await invitations.list({ first: 10, after: null })).items.length,
      (await browserSessions.list(actor.viewer)).length,
    ]
    const WEEK = 7 * 86_400_000
    clock.pass(WEEK - 60_000)
    expect(await listed()).toEqual([1, 2])
    clock.pass(120_000)
    expect(await listed()).toEqual([0, 0])
    await later.close()
  })

  test('a person sees and ends sessions of their own, and an administrator ends them all', async () => {
    const { browserSessions } = auth.accounts
    const response = await joinBy((await invite()).link)
    const ann = await door.actorOf(cookieOf(response))
    const other = cookieOf(await door.signIn('ann@example.com', password, '203.0.113.7'))
    const administrator = await demo()
    const seen = await browserSessions.list(ann.viewer)
    expect(seen.map(({ address, isCurrent }) => [address, isCurrent])).toEqual([
      ['203.0.113.7', false],
      ['192.0.2.1', true],
    ])
    for (const id of [administrator.viewer.credential.id, 'there is none'])
      await expect(browserSessions.end(ann, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await browserSessions.end(ann, seen[0]!.id)).toMatchObject({ id: seen[0]!.id })
    expect(await door.viewerOf(other)).toBeNull()
    const third = cookieOf(await door.signIn('ann@example.com', password))
    expect(await browserSessions.endOthers(ann)).toBe(1)
    expect(await door.viewerOf(third)).toBeNull()
    expect(await door.viewerOf(cookieOf(response))).not.toBeNull()
    expect(await browserSessions.endAllOf(administrator, ann.viewer.id)).toBe(1)
    expect(await door.viewerOf(cookieOf(response))).toBeNull()
    await expect(browserSessions.endAllOf(administrator, 'nobody')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })
})
