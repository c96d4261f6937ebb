/** The session's cookie is read by us and by better-auth: both must see the same one. */
import { describe, expect, test } from 'vitest'
import { createBetterAuth } from '../../../server/src/auth/better-auth.ts'
import { readCookie } from '../../../server/src/auth/session-cookie.ts'
import { sessionCookieName } from '../../../server/src/auth/sign-in.ts'
import type { PrismaClient } from '../../../server/src/db/database.ts'
import { silentLog } from '../../support/fakes.ts'

describe('the cookie of the session', () => {
  // What parseCookies of better-auth 1.7.25 makes of them.
  test.each([
    ['', null],
    ['a=1', '1'],
    ['b=2; a=1', '1'],
    ['a=1;a=2', '2'],
    ['a=1; a=bad\\value', '1'],
    ['a = 1 ', '1'],
    ['\ta=\t1\t; b', '1'],
    ['a="quoted"', 'quoted'],
    ['a="', null],
    ['a=""', ''],
    ['a="1" ; b="2"', '1'],
    ['a=to%20ken.sig%2Bna%3D', 'to ken.sig+na='],
    ['a=%', '%'],
    ['a=1=2=3', '1=2=3'],
    ['aa=1; a', null],
    ['A=1', null],
    ['a=é', null],
    ['a=\u00a01', null],
    ['a', null],
    ['=1; a=2', '2'],
  ])('is the one that better-auth reads: “%s”', (cookie, value) => {
    const headers = { get: () => cookie } as unknown as Headers
    expect(readCookie(headers, 'a')).toBe(value)
  })

  test.each([true, false])('has the name that better-auth gives it (TLS: %s)', async (secureCookies) => {
    const { $context } = createBetterAuth({
      prisma: {} as PrismaClient,
      secret: 'a secret of this test, long enough to be one',
      trustedOrigins: () => [],
      secureCookies,
      clientAddressHeader: 'x-client-address',
      log: silentLog,
    })
    const { authCookies } = await $context
    expect(sessionCookieName(secureCookies)).toBe(authCookies.sessionToken.name)
  })

  test('is read in no time from a header full of blanks', () => {
    const headers = { get: () => `a=x${' '.repeat(200_000)}x` } as unknown as Headers
    const began = performance.now()
    readCookie(headers, 'a')
    expect(performance.now() - began).toBeLessThan(500)
  })
})
