/** People, invitations and password resets, on every kind of database: races are decided there. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAuth, type Auth, type AuthOptions } from '../../../server/src/auth/auth.ts'
import { demoEmail, demoPassword } from '../../../server/src/auth/demo-account.ts'
import type { Role } from '../../../server/src/auth/viewer.ts'
import { authOptions } from '../../support/accounts.ts'
import { cookieOf, doorOf, secretOf } from '../../support/door.ts'
import { fakeClock, type FakeClock } from '../../support/fakes.ts'
import { databases, type TestDatabase } from '../db/databases.ts'

const password = 'correct horse battery'
const DAY = 86_400_000

describe.each(databases)('on $kind', ({ open }) => {
  let database: TestDatabase
  let options: AuthOptions
  let clock: FakeClock
  let auth: Auth
  let door: ReturnType<typeof doorOf>
  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.prisma.user.deleteMany()
    await database.prisma.auditEntry.deleteMany()
    clock = fakeClock(Date.now())
    options = { ...(await authOptions(database)), clock }
    auth = await createAuth(options)
    door = doorOf(auth)
  })

  const demo = async () => door.actorOf(cookieOf(await door.signIn(demoEmail, demoPassword)))
  const invite = async (role: Role, email: string | null = null) =>
    auth.accounts.invitations.create(await demo(), { email, role })
  const joinBy = (link: string, email: string, more: object = {}) =>
    door.post('sign-up/email', {
      name: email.split('@')[0],
      email,
      password,
      invitation: secretOf(link),
      ...more,
    })
  async function join(role: Role, email: string): Promise<string> {
    const response = await joinBy((await invite(role)).link, email)
    expect(response.status).toBe(200)
    return cookieOf(response)
  }

  describe('an invitation', () => {
    test('makes one account of its role, and is used up', async () => {
      const { link, mailed } = await invite('TRADER')
      expect([link, mailed]).toEqual([expect.stringMatching(/^\/join#[\w-]{43}$/), false])
      const response = await joinBy(link, 'ann@example.com')
      expect(await door.viewerOf(cookieOf(response))).toMatchObject({
        role: 'TRADER',
        email: 'ann@example.com',
      })
      const again = await joinBy(link, 'bob@example.com')
      expect([again.status, await again.json()]).toMatchObject([404, { code: 'INVITATION_GONE' }])
      expect((await auth.accounts.invitations.list({ first: 10, after: null })).items).toEqual([])
    })

    test('lets one of 10 in who use it at the same moment', async () => {
      const { link } = await invite('VIEWER')
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, n) => joinBy(link, `person${n}@example.com`)),
      )
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
        200,
        ...Array<number>(9).fill(404),
      ])
      expect(await database.prisma.user.count({ where: { isDemo: false } })).toBe(1)
    })

    test('that names an address is for nobody else', async () => {
      const { link } = await invite('VIEWER', ' Ann@Example.com ')
      const other = await joinBy(link, 'bob@example.com')
      expect([other.status, await other.json()]).toMatchObject([
        403,
        { code: 'INVITATION_FOR_ANOTHER_ADDRESS' },
      ])
      expect((await joinBy(link, 'ANN@example.com')).status).toBe(200)
      await expect(invite('VIEWER', 'ann@example.com')).rejects.toMatchObject({ code: 'ALREADY_MEMBER' })
      await expect(invite('VIEWER', 'no address')).rejects.toMatchObject({ code: 'BAD_INPUT' })
    })

    test('can be looked at before, and is gone when it is revoked or a week old', async () => {
      const look = (link: string) => door.post('invitation', { invitation: secretOf(link) })
      const revoked = await invite('VIEWER')
      expect(await (await look(revoked.link)).json()).toMatchObject({ email: null, role: 'VIEWER' })
      await auth.accounts.invitations.revoke(await demo(), revoked.invitation.id)
      await expect(
        auth.accounts.invitations.revoke(await demo(), revoked.invitation.id),
      ).rejects.toMatchObject({ code: 'NOT_FOUND' })
      const old = await invite('VIEWER')
      clock.pass(7 * DAY + 1)
      for (const { link } of [revoked, old]) {
        expect((await look(link)).status).toBe(404)
        expect((await joinBy(link, 'ann@example.com')).status).toBe(404)
      }
    })

    test('is not used up by what cannot be', async () => {
      const { link } = await invite('VIEWER')
      expect((await joinBy(link, 'ann@example.com', { password: 'short' })).status).toBe(400)
      expect((await joinBy(link, 'no address')).status).toBe(400)
      expect((await joinBy(link, 'nul@example.com', { name: 'a\0b' })).status).toBe(400)
      expect((await joinBy(link, 'ann@example.com')).status).toBe(200)
    })

    test('leaves set-up open as long as there is no administrator', async () => {
      await join('VIEWER', 'ann@example.com')
      expect(await auth.needsSetup()).toBe(true)
      await join('ADMINISTRATOR', 'ada@example.com')
      expect(await auth.needsSetup()).toBe(false)
    })
  })

  describe('roles', () => {
    const idOf = async (email: string) =>
      (await database.prisma.user.findUniqueOrThrow({ where: { email } })).id

    test('two administrators who demote each other at the same moment leave one', async () => {
      const cookies = [
        await join('ADMINISTRATOR', 'a@example.com'),
        await join('ADMINISTRATOR', 'b@example.com'),
      ]
      const ids = [await idOf('a@example.com'), await idOf('b@example.com')]
      const actors = await Promise.all(cookies.map((cookie) => door.actorOf(cookie)))
      const outcomes = await Promise.allSettled([
        auth.accounts.people.changeRole(actors[0]!, ids[1]!, 'VIEWER'),
        auth.accounts.people.changeRole(actors[1]!, ids[0]!, 'VIEWER'),
      ])
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      expect(await database.prisma.user.count({ where: { role: 'ADMINISTRATOR', isDemo: false } })).toBe(1)
    })

    test('the last administrator is neither demoted nor disabled, the demo account never changed', async () => {
      await join('ADMINISTRATOR', 'a@example.com')
      const id = await idOf('a@example.com')
      const { people } = auth.accounts
      await expect(people.changeRole(await demo(), id, 'TRADER')).rejects.toMatchObject({
        code: 'LAST_ADMINISTRATOR',
      })
      await expect(people.setDisabled(await demo(), id, true)).rejects.toMatchObject({
        code: 'LAST_ADMINISTRATOR',
      })
      const demoId = await idOf(demoEmail)
      const actor = await demo()
      for (const change of [
        () => people.changeRole(actor, demoId, 'VIEWER'),
        () => people.setDisabled(actor, demoId, true),
        () => auth.accounts.passwordResets.create(actor, demoId),
        () => auth.accounts.passwords.change(actor, demoPassword, 'another password'),
      ])
        await expect(change()).rejects.toMatchObject({ code: 'DEMO_ACCOUNT' })
      await expect(people.changeRole(await demo(), 'nobody', 'VIEWER')).rejects.toMatchObject({
        code: 'NOT_FOUND',
      })
    })

    test('disabling ends sessions and stops tokens at once, and enabling lets people in again', async () => {
      const cookie = await join('TRADER', 'ann@example.com')
      const actor = await door.actorOf(cookie)
      const { secret } = await auth.accounts.tokens.create(actor, {
        name: 'x',
        scopes: ['READ'],
        expiresInDays: null,
      })
      const bearer = () => auth.viewerOf(new Headers({ authorization: `Bearer ${secret}` }))
      expect(await bearer()).toMatchObject({ email: 'ann@example.com' })
      await auth.accounts.people.setDisabled(await demo(), actor.viewer.id, true)
      expect([await door.viewerOf(cookie), await bearer()]).toEqual([null, null])
      expect((await door.signIn('ann@example.com', password)).status).toBe(401)
      await auth.accounts.people.setDisabled(await demo(), actor.viewer.id, false)
      expect(await door.viewerOf(cookie)).toBeNull()
      expect(await bearer()).not.toBeNull()
      expect((await door.signIn('ann@example.com', password)).status).toBe(200)
    })
  })

  describe('a link for a new password', () => {
    const reset = (link: string, next: string) =>
      door.post('reset-password', { token: secretOf(link), password: next })

    test('works once, ends every session, and leaves nothing of the old password', async () => {
      const cookie = await join('VIEWER', 'ann@example.com')
      const { viewer } = await door.actorOf(cookie)
      const first = await auth.accounts.passwordResets.create(await demo(), viewer.id)
      const second = await auth.accounts.passwordResets.create(await demo(), viewer.id)
      expect((await reset(first.link, 'a new password')).status).toBe(404)
      expect((await reset(second.link, 'short')).status).toBe(400)
      const answers = await Promise.all(Array.from({ length: 5 }, () => reset(second.link, 'a new password')))
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404, 404, 404, 404])
      expect(await door.viewerOf(cookie)).toBeNull()
      expect((await door.signIn('ann@example.com', password)).status).toBe(401)
      expect((await door.signIn('ann@example.com', 'a new password')).status).toBe(200)
    })

    test('is good for a day', async () => {
      await join('VIEWER', 'ann@example.com')
      const id = (await database.prisma.user.findUniqueOrThrow({ where: { email: 'ann@example.com' } })).id
      const { link } = await auth.accounts.passwordResets.create(await demo(), id)
      clock.pass(DAY + 1)
      expect((await reset(link, 'a new password')).status).toBe(404)
    })
  })

  test('a changed password ends the other sessions at once, and a wrong one changes nothing', async () => {
    const cookie = await join('VIEWER', 'ann@example.com')
    const other = cookieOf(await door.signIn('ann@example.com', password))
    const actor = await door.actorOf(cookie)
    const { passwords } = auth.accounts
    await expect(passwords.change(actor, 'wrong', 'a new password')).rejects.toMatchObject({
      code: 'WRONG_PASSWORD',
    })
    await expect(passwords.change(actor, password, 'short')).rejects.toMatchObject({ code: 'BAD_INPUT' })
    expect(await door.viewerOf(other)).not.toBeNull()
    await passwords.change(actor, password, 'a new password')
    expect(await door.viewerOf(other)).toBeNull()
    expect(await door.viewerOf(cookie)).not.toBeNull()
    for (let attempt = 0; attempt < 4; attempt += 1)
      await passwords.change(actor, 'wrong', 'x'.repeat(8)).catch(() => {})
    await expect(passwords.change(actor, 'wrong', 'x'.repeat(8))).rejects.toMatchObject({
      code: 'TOO_MANY_ATTEMPTS',
      retryAfterSeconds: 1,
    })
  })

  test('the audit log says who did it, from where, and outlives them', async () => {
    const cookie = await join('TRADER', 'ann@example.com')
    const { viewer } = await door.actorOf(cookie)
    await door.signIn('ann@example.com', 'wrong', '203.0.113.9')
    await auth.accounts.people.changeRole(await demo(), viewer.id, 'VIEWER')
    await database.prisma.user.delete({ where: { id: viewer.id } })
    const { items } = await auth.accounts.audit.list({ first: 50, after: null })
    const told = items.map(({ action, actorName, summary, address }) => [action, actorName, summary, address])
    expect(told).toContainEqual(['JOINED', 'ann', 'Joined as trader, by invitation.', '192.0.2.1'])
    expect(told).toContainEqual([
      'SIGN_IN_REFUSED',
      null,
      'Somebody could not sign in as “ann@example.com”.',
      '203.0.113.9',
    ])
    expect(told).toContainEqual(['ROLE_CHANGED', 'Demo', 'Made ann (ann@example.com) a viewer.', '192.0.2.1'])
  })
})
