/** A new password is the end of the old one: also for whoever was being let in by the old one at that very moment. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAuth, type Auth, type AuthOptions } from '../../../server/src/auth/auth.ts'
import type { Actor } from '../../../server/src/auth/accounts.ts'
import { demoEmail, demoPassword } from '../../../server/src/auth/demo-account.ts'
import type { PrismaClient } from '../../../server/src/db/database.ts'
import { DatabaseAway } from '../../../server/src/scan/errors.ts'
import { authOptions } from '../../support/accounts.ts'
import { cookieOf, doorOf, secretOf } from '../../support/door.ts'
import { databases, type TestDatabase } from '../db/databases.ts'

const password = 'correct horse battery'
const next = 'a new password'
const email = 'ann@example.com'

describe.each(databases)('on $kind', ({ open }) => {
  let database: TestDatabase
  let options: AuthOptions
  let auth: Auth
  let door: ReturnType<typeof doorOf>
  let administrator: Actor
  let ann: Actor
  /** What happens in the middle of the next sign-in, or of the next change of a password. */
  let meanwhile: { sessionBegins?: () => Promise<unknown>; passwordWasRead?: () => Promise<unknown> }

  const once = async (what: keyof typeof meanwhile) => {
    const { [what]: work } = meanwhile
    meanwhile = {}
    await work?.()
  }
  const interrupted = () =>
    database.prisma.$extends({
      query: {
        session: {
          async create({ args, query }) {
            await once('sessionBegins')
            return query(args)
          },
        },
        account: {
          async findFirst({ args, query }) {
            const found = await query(args)
            await once('passwordWasRead')
            return found
          },
        },
      },
    }) as unknown as PrismaClient

  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.prisma.user.deleteMany()
    meanwhile = {}
    options = { ...(await authOptions(database)), prisma: interrupted() }
    auth = await createAuth(options)
    door = doorOf(auth)
    administrator = await door.actorOf(cookieOf(await door.signIn(demoEmail, demoPassword)))
    const { link } = await auth.accounts.invitations.create(administrator, { email: null, role: 'TRADER' })
    const joined = { name: 'Ann', email, password, invitation: secretOf(link) }
    ann = await door.actorOf(cookieOf(await door.post('sign-up/email', joined)))
  })
  afterEach(() => auth.close())

  const newLink = async () =>
    secretOf((await auth.accounts.passwordResets.create(administrator, ann.viewer.id)).link)
  const redeem = (token: string, chosen = next) => door.post('reset-password', { token, password: chosen })
  const sessionsOf = ({ viewer }: Actor) => database.prisma.session.count({ where: { userId: viewer.id } })

  const replaced = [
    { how: 'a link', replace: async () => void (await redeem(await newLink())), left: 0 },
    { how: 'its owner', replace: () => auth.accounts.passwords.change(ann, password, next), left: 1 },
  ]

  describe.each(replaced)('a password that is replaced by $how', ({ replace, left }) => {
    test('lets nobody in who was being let in with the old one', async () => {
      meanwhile.sessionBegins = replace
      const overtaken = await door.signIn(email, password, '203.0.113.9')
      expect([overtaken.status, cookieOf(overtaken)]).toEqual([401, ''])
      expect(await overtaken.json()).toMatchObject({ code: 'INVALID_EMAIL_OR_PASSWORD' })
      expect(await sessionsOf(ann)).toBe(left)
      expect((await door.signIn(email, next)).status).toBe(200)
    })

    test('is not replaced again by whoever knows the old one', async () => {
      meanwhile.passwordWasRead = replace
      const late = auth.accounts.passwords.change(ann, password, 'of somebody else')
      await expect(late).rejects.toMatchObject({ code: 'WRONG_PASSWORD' })
      expect((await door.signIn(email, 'of somebody else', '203.0.113.9')).status).toBe(401)
      expect((await door.signIn(email, next)).status).toBe(200)
    })
  })

  test('whoever was being let in while they were disabled is not in once they are enabled', async () => {
    const disable = (disabled: boolean) =>
      auth.accounts.people.setDisabled(administrator, ann.viewer.id, disabled)
    meanwhile.sessionBegins = () => disable(true)
    expect((await door.signIn(email, password, '203.0.113.9')).status).toBe(401)
    await disable(false)
    expect(await sessionsOf(ann)).toBe(0)
  })

  test('a link is still good when the database went away in the middle of it', async () => {
    const token = await newLink()
    const failing = database.prisma.$extends({
      query: { account: { upsert: () => Promise.reject(new DatabaseAway()) } },
    }) as unknown as PrismaClient
    const elsewhere = await createAuth({ ...options, prisma: failing })
    const cut = await doorOf(elsewhere).post('reset-password', { token, password: next })
    expect(cut.status).toBe(503)
    await elsewhere.close()
    expect((await door.signIn(email, password)).status).toBe(200)
    expect((await redeem(token)).status).toBe(200)
    expect((await door.signIn(email, next)).status).toBe(200)
  })

  test('somebody who is disabled chooses none, and may once they are enabled', async () => {
    const token = await newLink()
    const { people } = auth.accounts
    await people.setDisabled(administrator, ann.viewer.id, true)
    expect((await redeem(token)).status).toBe(404)
    await people.setDisabled(administrator, ann.viewer.id, false)
    expect((await redeem(token)).status).toBe(200)
  })

  test('changing it, one is as slow at guessing the present one as at the door, and an outage is no guess', async () => {
    const change = (present: string) => auth.accounts.passwords.change(ann, present, next)
    const away = () => Promise.reject(new DatabaseAway())
    for (let cut = 0; cut < 5; cut += 1) {
      meanwhile.passwordWasRead = away
      await expect(change(password)).rejects.toThrow(DatabaseAway)
    }
    for (let guess = 0; guess < 2; guess += 1)
      await expect(change('a wrong one')).rejects.toMatchObject({ code: 'WRONG_PASSWORD' })
    for (let guess = 0; guess < 2; guess += 1)
      expect((await door.signIn(email, 'a wrong one', ann.address)).status).toBe(401)
    await expect(change(password)).rejects.toMatchObject({ code: 'TOO_MANY_ATTEMPTS', retryAfterSeconds: 1 })
    expect((await door.signIn(email, password, ann.address)).status).toBe(429)
    expect((await door.signIn(email, password, '203.0.113.9')).status).toBe(200)
  })
})
