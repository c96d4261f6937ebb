import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Actor } from '../../../server/src/auth/accounts.ts'
import { createAuth, type Auth } from '../../../server/src/auth/auth.ts'
import { demoEmail, demoPassword } from '../../../server/src/auth/demo-account.ts'
import { scopesOf, type Scope } from '../../../server/src/auth/viewer.ts'
import { authOptions } from '../../support/accounts.ts'
import { cookieOf, doorOf } from '../../support/door.ts'
import { fakeClock, type FakeClock } from '../../support/fakes.ts'
import { until } from '../../support/until.ts'
import { databases, type TestDatabase } from '../db/databases.ts'

const DAY = 86_400_000

describe('scopes', () => {
  test.each([
    ['VIEWER', undefined, ['READ']],
    ['TRADER', undefined, ['READ', 'SCAN']],
    ['ADMINISTRATOR', undefined, ['READ', 'SCAN', 'ADMIN']],
    ['ADMINISTRATOR', ['READ'], ['READ']],
    ['ADMINISTRATOR', ['SCAN'], ['READ', 'SCAN']],
    ['TRADER', ['ADMIN'], ['READ', 'SCAN']],
    ['VIEWER', ['ADMIN', 'SCAN'], ['READ']],
    ['ADMINISTRATOR', [], []],
  ] as const)('a %s with a token for %j may %j', (role, ofToken, expected) => {
    expect([...scopesOf(role, ofToken)]).toEqual(expected)
  })
})

describe.each(databases)('API tokens on $kind', ({ open }) => {
  let database: TestDatabase
  let clock: FakeClock
  let auth: Auth
  let actor: Actor
  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.prisma.user.deleteMany()
    clock = fakeClock(Date.now())
    auth = await createAuth({ ...(await authOptions(database)), clock })
    const door = doorOf(auth)
    actor = await door.actorOf(cookieOf(await door.signIn(demoEmail, demoPassword)))
  })

  const create = (more: object = {}) =>
    auth.accounts.tokens.create(actor, {
      name: 'report',
      scopes: ['SCAN'] as Scope[],
      expiresInDays: 1,
      ...more,
    })
  const viewerBy = (secret: string) => auth.viewerOf(new Headers({ authorization: `Bearer ${secret}` }))

  test('are shown once, open what they are for, and are kept as hashes', async () => {
    const { token, secret } = await create()
    expect(secret).toMatch(/^wa_[\w-]{43}$/)
    expect(token).toMatchObject({
      name: 'report',
      hint: secret.slice(-4),
      scopes: ['SCAN'],
      lastUsedAt: null,
    })
    expect(await viewerBy(secret)).toMatchObject({
      email: demoEmail,
      credential: { kind: 'TOKEN', id: token.id },
      scopes: new Set(['READ', 'SCAN']),
    })
    expect(JSON.stringify(await database.prisma.apiToken.findMany())).not.toContain(secret.slice(3))
    expect(JSON.stringify(await auth.accounts.audit.list({ first: 9, after: null }))).not.toContain(
      secret.slice(3, 30),
    )
  })

  test('end when they expire, also while they are remembered', async () => {
    const { secret } = await create()
    expect(await viewerBy(secret)).not.toBeNull()
    clock.pass(DAY - 1)
    expect(await viewerBy(secret)).not.toBeNull()
    clock.pass(1)
    expect(await viewerBy(secret)).toBeNull()
    const { secret: forEver } = await create({ expiresInDays: null })
    clock.pass(400 * DAY)
    expect(await viewerBy(forEver)).not.toBeNull()
  })

  test('end when they are revoked, by their owner alone', async () => {
    const { token, secret } = await create()
    expect(await viewerBy(secret)).not.toBeNull()
    const stranger = { ...actor, viewer: { ...actor.viewer, id: 'somebody else' } }
    await expect(auth.accounts.tokens.revoke(stranger, token.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await viewerBy(secret)).not.toBeNull()
    await auth.accounts.tokens.revoke(actor, token.id)
    expect(await viewerBy(secret)).toBeNull()
    await expect(auth.accounts.tokens.revoke(actor, token.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  test('note when they were used, to the minute', async () => {
    const { secret } = await create()
    const lastUsed = async () =>
      (await auth.accounts.tokens.list(actor.viewer))[0]?.lastUsedAt?.getTime() ?? 0
    await viewerBy(secret)
    await until(async () => (await lastUsed()) > 0)
    const first = await lastUsed()
    clock.pass(30_000)
    await viewerBy(secret)
    expect(await lastUsed()).toBe(first)
    clock.pass(31_000)
    await viewerBy(secret)
    await until(async () => (await lastUsed()) > first)
  })

  test.each([
    [{ name: ' ' }],
    [{ name: 'x'.repeat(101) }],
    [{ scopes: [] }],
    [{ expiresInDays: 0 }],
    [{ expiresInDays: 3651 }],
  ])('are not made of %j', async (wrong) => {
    await expect(create(wrong)).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })

  test('are 50 at most, also of those that are made at the same moment', async () => {
    for (let one = 0; one < 48; one += 1) await create()
    const made = await Promise.allSettled(Array.from({ length: 5 }, () => create()))
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    await expect(create()).rejects.toMatchObject({ code: 'BAD_INPUT' })
    expect(await auth.accounts.tokens.list(actor.viewer)).toHaveLength(50)
  })

  test('lose with their owner’s role what it no longer allows', async () => {
    const { secret } = await create({ scopes: ['ADMIN'] })
    expect((await viewerBy(secret))?.scopes.has('ADMIN')).toBe(true)
    await database.prisma.user.updateMany({ data: { role: 'VIEWER' } })
    clock.pass(5_001)
    expect([...((await viewerBy(secret))?.scopes ?? [])]).toEqual(['READ'])
  })
})
