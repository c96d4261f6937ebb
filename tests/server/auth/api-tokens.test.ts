/** API tokens, and what runs on a credential. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Actor } from '../../../server/src/auth/accounts.ts'
import { createAuth, type Auth } from '../../../server/src/auth/auth.ts'
import { demoEmail, demoPassword } from '../../../server/src/auth/demo-account.ts'
import { scopesOf, type Scope, type Viewer } from '../../../server/src/auth/viewer.ts'
import { createWatched } from '../../../server/src/auth/watched.ts'
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

describe('API tokens', () => {
  let database: TestDatabase
  let clock: FakeClock
  let auth: Auth
  let actor: Actor
  beforeAll(async () => {
    const [embedded] = databases
    if (embedded === undefined) throw new Error('there is always the embedded database')
    database = await embedded.open()
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

  test('that are none are not looked up, and are not made up for by a cookie', async () => {
    const look = vi.spyOn(database.prisma.apiToken, 'findUnique')
    for (const secret of [
      '',
      'x',
      'wa_short',
      `wa_${'a'.repeat(44)}`,
      `WA_${'a'.repeat(43)}`,
      'a\u0000b'.slice(0, 1),
    ])
      expect(await viewerBy(secret)).toBeNull()
    expect(look).not.toHaveBeenCalled()
    expect(await viewerBy(`wa_${'a'.repeat(43)}`)).toBeNull()
    const door = doorOf(auth)
    const cookie = cookieOf(await door.signIn(demoEmail, demoPassword))
    expect(await auth.viewerOf(new Headers({ cookie, authorization: 'Bearer wa_wrong' }))).toBeNull()
    expect(await auth.viewerOf(new Headers({ cookie, authorization: 'Basic cHJveHk6MQ==' }))).not.toBeNull()
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

  test('are 50 at most', async () => {
    for (let one = 0; one < 50; one += 1) await create()
    await expect(create()).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })

  test('lose with their owner’s role what it no longer allows', async () => {
    const { secret } = await create({ scopes: ['ADMIN'] })
    expect((await viewerBy(secret))?.scopes.has('ADMIN')).toBe(true)
    await database.prisma.user.updateMany({ data: { role: 'VIEWER' } })
    clock.pass(5_001)
    expect([...((await viewerBy(secret))?.scopes ?? [])]).toEqual(['READ'])
  })
})

describe('a watched credential', () => {
  const viewer = (id: string, role: Viewer['role'] = 'TRADER'): Viewer => ({
    id: `person of ${id}`,
    email: '',
    name: '',
    role,
    isDemo: false,
    credential: { kind: 'SESSION', id, expiresAt: new Date() },
    scopes: scopesOf(role),
  })

  test('is verified once for all who watch it, and nobody is told while it is good', async () => {
    let verified = 0
    const watched = createWatched({
      again: async (one) => {
        verified += 1
        return { ...one }
      },
      everyMs: 20,
    })
    const end = vi.fn()
    const leave = Array.from({ length: 10_000 }, () => watched.watch(viewer('a'), end))
    await until(() => verified >= 3)
    expect(verified).toBeLessThan(20)
    expect(end).not.toHaveBeenCalled()
    for (const unwatch of leave) unwatch()
    const before = verified
    await new Promise((resolve) => setTimeout(resolve, 80))
    expect(verified - before).toBeLessThanOrEqual(1)
    watched.close()
  })

  test.each<[string, (one: Viewer) => Promise<Viewer | null>]>([
    ['is worth nothing any more', async () => null],
    ['cannot be verified', () => Promise.reject(new Error('away'))],
    ['has lost a right', async (one) => ({ ...one, scopes: scopesOf('VIEWER') })],
    ['has gained one', async (one) => ({ ...one, role: 'ADMINISTRATOR', scopes: scopesOf('ADMINISTRATOR') })],
  ])('that %s ends what runs on it, once', async (_what, again) => {
    const watched = createWatched({ again, everyMs: 10 })
    const ends = [vi.fn(), vi.fn()]
    for (const end of ends) watched.watch(viewer('a'), end)
    await until(() => ends.every((end) => end.mock.calls.length === 1))
    await new Promise((resolve) => setTimeout(resolve, 50))
    for (const end of ends) expect(end).toHaveBeenCalledTimes(1)
    watched.close()
  })

  test('that is revoked ends at once: by its own id, or its person’s', () => {
    const watched = createWatched({ again: async (one) => one, everyMs: 60_000 })
    const [a, b, c] = [vi.fn(), vi.fn(), vi.fn()]
    watched.watch(viewer('a'), a)
    watched.watch(viewer('b'), b)
    const unwatch = watched.watch(viewer('a'), c)
    unwatch()
    watched.revoked(['somebody else', 'a'])
    watched.revoked(['person of b'])
    expect([a, b, c].map((end) => end.mock.calls.length)).toEqual([1, 1, 0])
    watched.close()
  })
})
