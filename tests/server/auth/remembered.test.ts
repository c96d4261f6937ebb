import { beforeEach, describe, expect, it } from 'vitest'
import {
  createCredentialMemory,
  fingerprintOf,
  type CredentialMemory,
  type Verified,
} from '../../../server/src/auth/remembered.ts'
import { openRevocations, type RevocationBook } from '../../../server/src/auth/revocations.ts'
import { DatabaseAway } from '../../../server/src/scan/errors.ts'
import { fakeClock, silentLog, type FakeClock } from '../../support/fakes.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const key = fingerprintOf('ada’s cookie')

let clock: FakeClock
let revocations: RevocationBook
let memory: CredentialMemory<string>
/** What the database says, and how often it was asked. */
let database: { answer: Verified<string> | null | Error; asked: number }

beforeEach(async () => {
  clock = fakeClock()
  revocations = await openRevocations({ shared: null, clock, log: silentLog })
  memory = createCredentialMemory({ revocations, clock })
  database = { answer: { value: 'Ada', ids: ['session', 'ada'], expiresAt: null }, asked: 0 }
})

const verify = async () => {
  database.asked += 1
  await Promise.resolve()
  if (database.answer instanceof Error) throw database.answer
  return database.answer
}
const get = (fingerprint = key) => memory.get(fingerprint, verify)
const goAway = () => (database.answer = new DatabaseAway())

describe('a verified credential', () => {
  it('is good for 5 seconds without the database, then asked for again', async () => {
    for (let n = 0; n < 10; n += 1) {
      expect(await get()).toBe('Ada')
      clock.pass(499)
    }
    expect(database.asked).toBe(1)
    clock.pass(10)
    database.answer = { value: 'Ada Lovelace', ids: ['session', 'ada'], expiresAt: null }
    expect(await get()).toBe('Ada Lovelace')
    expect(database.asked).toBe(2)
  })

  it('is verified once for all who ask at the same time', async () => {
    expect(await Promise.all(Array.from({ length: 50 }, () => get()))).toEqual(Array(50).fill('Ada'))
    expect(database.asked).toBe(1)
  })

  it('is nobody else’s', async () => {
    await get()
    database.answer = { value: 'Bob', ids: ['another', 'bob'], expiresAt: null }
    expect(await get(fingerprintOf('bob’s cookie'))).toBe('Bob')
    expect(await get()).toBe('Ada')
  })

  it('is forgotten when the database no longer knows it', async () => {
    await get()
    clock.pass(6 * SECOND)
    database.answer = null
    expect(await get()).toBeNull()
    goAway()
    await expect(get()).rejects.toThrow(DatabaseAway)
  })

  it('expires in the middle of its 5 seconds', async () => {
    database.answer = { value: 'Ada', ids: [], expiresAt: new Date(clock.now() + 2 * SECOND) }
    expect(await get()).toBe('Ada')
    clock.pass(2 * SECOND)
    database.answer = null
    expect(await get()).toBeNull()
  })

  it('does not last longer when the clock is set back', async () => {
    await get()
    clock.pass(-60 * MINUTE)
    database.answer = null
    expect(await get()).toBeNull()
  })

  it.each(['session', 'ada', key])('is asked for again as soon as %s is revoked', async (id) => {
    await get()
    database.answer = null
    await revocations.revoke([id])
    expect(await get()).toBeNull()
  })

  it('that is worth nothing is not remembered', async () => {
    database.answer = null
    expect([await get(), await get()]).toEqual([null, null])
    expect(database.asked).toBe(2)
  })

  it('that is revoked while it is being verified is verified again', async () => {
    let answers: Verified<string>[] = [
      { value: 'administrator', ids: ['session', 'ada'], expiresAt: null },
      { value: 'viewer', ids: ['session', 'ada'], expiresAt: null },
    ]
    const found = await memory.get(key, async () => {
      const [answer, ...rest] = answers
      // The role changes right after the database was read.
      if (rest.length > 0) await revocations.revoke(['ada'])
      answers = rest
      return answer ?? null
    })
    expect(found).toBe('viewer')
    expect(await get()).toBe('viewer')
  })

  it('that was ended is worth nothing, whatever the database says', async () => {
    await get()
    await revocations.end(key, clock.now() + MINUTE)
    expect(await get()).toBeNull()
    clock.pass(MINUTE)
    expect(await get()).toBe('Ada')
  })

  it('takes no more room than it may: of many, those verified longest ago are asked for again', async () => {
    memory = createCredentialMemory({ revocations, clock, limit: 3 })
    for (const name of ['a', 'b', 'c', 'd']) await get(name)
    expect(database.asked).toBe(4)
    for (const name of ['b', 'c', 'd']) await get(name)
    expect(database.asked).toBe(4)
    await get('a')
    expect(database.asked).toBe(5)
  })
})

describe('during an outage of the database', () => {
  it('what was verified in the last 5 minutes stays good, and not a moment longer', async () => {
    await get()
    goAway()
    clock.pass(5 * MINUTE - 1)
    expect(await get()).toBe('Ada')
    clock.pass(1)
    // Looked at a moment ago: still the same 5 minutes.
    clock.pass(5 * SECOND)
    await expect(get()).rejects.toThrow(DatabaseAway)
  })

  it('nothing is good that this process has not verified', async () => {
    goAway()
    await expect(get()).rejects.toMatchObject({
      code: 'DATABASE_UNAVAILABLE',
      message: 'The database cannot be reached right now. Try again in a moment.',
    })
  })

  it('a session expires all the same', async () => {
    database.answer = { value: 'Ada', ids: [], expiresAt: new Date(clock.now() + MINUTE) }
    await get()
    goAway()
    clock.pass(MINUTE - 1)
    expect(await get()).toBe('Ada')
    clock.pass(1)
    await expect(get()).rejects.toThrow(DatabaseAway)
  })

  it.each(['session', 'ada'])('nobody is good any more whose %s was revoked', async (id) => {
    await get()
    goAway()
    clock.pass(6 * SECOND)
    expect(await get()).toBe('Ada')
    await revocations.revoke([id])
    await expect(get()).rejects.toThrow(DatabaseAway)
  })

  it('a session that is ended is known to be worth nothing, here and where it was never seen', async () => {
    await get()
    goAway()
    await revocations.end(key, clock.now() + MINUTE)
    await revocations.end('another', clock.now() + MINUTE)
    expect(await get()).toBeNull()
    expect(await get('another')).toBeNull()
  })

  it('the tombstones are looked at every 5 seconds, in case a message was lost', async () => {
    let looks = 0
    let buried = false
    memory = createCredentialMemory({
      clock,
      revocations: {
        ...revocations,
        mayBeRevoked: async () => {
          looks += 1
          return buried
        },
      },
    })
    await get()
    goAway()
    clock.pass(6 * SECOND)
    for (let n = 0; n < 4; n += 1) {
      expect(await get()).toBe('Ada')
      clock.pass(SECOND)
    }
    expect(looks).toBe(1)
    buried = true
    clock.pass(SECOND)
    await expect(get()).rejects.toThrow(DatabaseAway)
  })

  it('a bug is a bug, and not covered up by what is remembered', async () => {
    await get()
    clock.pass(6 * SECOND)
    database.answer = new TypeError('oops')
    await expect(get()).rejects.toThrow('oops')
  })
})
