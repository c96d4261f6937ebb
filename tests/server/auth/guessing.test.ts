/** Guessing passwords is slow, whatever address it seems to come from. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createAuth, type Auth } from '../../../server/src/auth/auth.ts'
import { demoEmail, demoPassword } from '../../../server/src/auth/demo-account.ts'
import { createThrottle } from '../../../server/src/auth/throttle.ts'
import type { Counters } from '../../../server/src/limits/counters.ts'
import { authOptions } from '../../support/accounts.ts'
import { cookieOf, doorOf } from '../../support/door.ts'
import { databases, type TestDatabase } from '../db/databases.ts'

/** Counts in a time that the test makes pass. */
function countersInTime(): Counters & { pass(seconds: number): void } {
  let now = 0
  const held = new Map<string, { count: number; end: number }>()
  const live = (key: string) => {
    const found = held.get(key)
    return found !== undefined && found.end > now ? found : null
  }
  const counted = (key: string) => {
    const found = live(key)
    return { count: found?.count ?? 0, resetMs: found === null ? 0 : found.end - now }
  }
  return {
    pass: (seconds) => void (now += seconds * 1000),
    async add(key, amount, windowMs) {
      const found = live(key) ?? { count: 0, end: now + windowMs }
      held.set(key, { ...found, count: found.count + amount })
      return counted(key)
    },
    peek: async (key) => counted(key),
    clear: async (key) => void held.delete(key),
  }
}

describe('the throttle', () => {
  let counters: ReturnType<typeof countersInTime>
  let throttle: ReturnType<typeof createThrottle>
  beforeEach(() => {
    counters = countersInTime()
    throttle = createThrottle(counters)
  })

  test('makes an account wait from one address: three free, then twice as long each time, up to 15 minutes', async () => {
    const waits: number[] = []
    for (let attempt = 0; attempt < 16; attempt += 1) {
      const seconds = await throttle.begin('ann@example.com', '192.0.2.1')
      if (seconds > 0) {
        waits.push(seconds)
        counters.pass(seconds)
        await throttle.begin('ann@example.com', '192.0.2.1')
      }
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900])
  })

  test('makes an account wait from anywhere, for 30 s at most', async () => {
    let longest = 0
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const seconds = await throttle.begin('ann@example.com', `192.0.2.${attempt}`)
      longest = Math.max(longest, seconds)
      counters.pass(seconds)
      if (attempt < 10) expect(seconds).toBe(0)
    }
    expect(longest).toBeGreaterThanOrEqual(16)
    expect(longest).toBeLessThanOrEqual(30)
  })

  test('looks at four of a hundred that do not wait', async () => {
    let looked = 0
    for (let attempt = 0; attempt < 100; attempt += 1)
      if ((await throttle.begin('ann@example.com', '192.0.2.1')) === 0) looked += 1
    expect(looked).toBe(4)
  })

  test('takes an IPv6 network for one address, and spelling for nothing', async () => {
    for (let attempt = 0; attempt < 4; attempt += 1)
      await throttle.begin(attempt % 2 === 0 ? 'ann@example.com' : ' ANN@example.com', `2001:db8::${attempt}`)
    expect(await throttle.begin('ann@example.com', '2001:db8::ffff')).toBe(1)
    expect(await throttle.begin('ann@example.com', '2001:db8:1::1')).toBe(0)
    expect(await throttle.begin('bob@example.com', '2001:db8::1')).toBe(0)
  })

  test('forgets the failures of whoever succeeds, and keeps those of others', async () => {
    for (let attempt = 0; attempt < 3; attempt += 1) await throttle.begin('ann@example.com', '192.0.2.1')
    await throttle.succeeded('ann@example.com', '192.0.2.1')
    for (let attempt = 0; attempt < 4; attempt += 1)
      expect(await throttle.begin('ann@example.com', '192.0.2.1')).toBe(0)
    for (let attempt = 0; attempt < 3; attempt += 1) await throttle.begin('bob@example.com', '192.0.2.1')
    await throttle.withdrawn('bob@example.com', '192.0.2.1')
    expect(await throttle.begin('bob@example.com', '192.0.2.1')).toBe(0)
  })
})

describe('the sign-in form', () => {
  let database: TestDatabase
  let auth: Auth
  let counters: ReturnType<typeof countersInTime>
  let door: ReturnType<typeof doorOf>
  beforeAll(async () => {
    const [embedded] = databases
    if (embedded === undefined) throw new Error('there is always the embedded database')
    database = await embedded.open()
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    counters = countersInTime()
    auth = await createAuth({ ...(await authOptions(database)), counters })
    door = doorOf(auth)
  })

  test('looks at no password while one has to wait, not even at the right one, and leaves sessions alone', async () => {
    const cookie = cookieOf(await door.signIn(demoEmail, demoPassword))
    for (let attempt = 0; attempt < 4; attempt += 1)
      expect((await door.signIn(demoEmail, 'a wrong one')).status).toBe(401)
    const waiting = await door.signIn(demoEmail, demoPassword)
    expect([waiting.status, waiting.headers.get('retry-after')]).toEqual([429, '1'])
    expect(await waiting.json()).toMatchObject({ code: 'TOO_MANY_ATTEMPTS' })
    expect(await door.viewerOf(cookie)).not.toBeNull()
    // Somebody else's guesses do not lock the person out elsewhere.
    expect((await door.signIn(demoEmail, demoPassword, '203.0.113.5')).status).toBe(200)
    counters.pass(1)
    expect((await door.signIn(demoEmail, demoPassword)).status).toBe(200)
  })

  test('treats accounts that there are not like those that there are', async () => {
    const statuses = async (email: string) => {
      const all: number[] = []
      for (let attempt = 0; attempt < 6; attempt += 1)
        all.push((await door.signIn(email, 'a wrong one')).status)
      return all
    }
    expect(await statuses('nobody@example.com')).toEqual(await statuses(demoEmail))
  })

  test('is not fooled by forwarding headers, nor reset by requests that are refused for something else', async () => {
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const headers = { 'x-forwarded-for': `203.0.113.${attempt}`, 'x-real-ip': `203.0.113.${attempt}` }
      await door.post('sign-in/email', { email: demoEmail, password: 'a wrong one' }, '192.0.2.1', headers)
      const foreign = { origin: 'https://evil.example' }
      await door.post('sign-in/email', { email: demoEmail, password: demoPassword }, '192.0.2.1', foreign)
    }
    expect((await door.signIn(demoEmail, demoPassword)).status).toBe(429)
  })
})
