/** The audit log: everything is in it once, read in pages, kept as long as it should be, and not to be flooded. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createAuditLog, type AuditLog } from '../../../server/src/auth/audit.ts'
import { keepAuditFor } from '../../../server/src/auth/audit-retention.ts'
import { createRefusedSignIns } from '../../../server/src/auth/refused-sign-ins.ts'
import { createCounters } from '../../../server/src/limits/counters.ts'
import { guarded } from '../../../server/src/db/guarded.ts'
import { DatabaseAway } from '../../../server/src/scan/errors.ts'
import { fakeClock, recordingLog, silentLog, type FakeClock } from '../../support/fakes.ts'
import { until } from '../../support/until.ts'
import { databases, type TestDatabase } from '../db/databases.ts'

const DAY = 86_400_000
const ada = { id: 'ada', name: 'Ada' }

describe.each(databases)('on $kind', ({ open }) => {
  let database: TestDatabase
  let clock: FakeClock
  let audit: AuditLog
  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.prisma.auditEntry.deleteMany()
    clock = fakeClock()
    audit = createAuditLog({ ...database, clock, log: silentLog })
  })

  const note = (summary: string) => audit.write({ action: 'SIGNED_IN', actor: ada, summary })
  const summaries = async () =>
    (await audit.list({ first: 100, after: null })).items.map(({ summary }) => summary)

  test('is read newest first, in pages without gaps, also of one moment, and by action', async () => {
    for (let n = 0; n < 3; n += 1) await note(`at once ${n}`)
    clock.pass(1)
    await audit.write({ action: 'SET_UP', actor: null, summary: 'later', address: '192.0.2.1' })
    const first = await audit.list({ first: 2, after: null })
    expect(first.hasNextPage).toBe(true)
    expect(first.items[0]).toMatchObject({ action: 'SET_UP', actorId: null, address: '192.0.2.1' })
    const { at, id } = first.items[1]!
    const second = await audit.list({ first: 2, after: { at, id } })
    expect(second.hasNextPage).toBe(false)
    const all = [...first.items, ...second.items].map(({ summary }) => summary)
    expect(all.toSorted()).toEqual(['at once 0', 'at once 1', 'at once 2', 'later'])
    const { items } = await audit.list({ first: 10, after: null }, { action: 'SET_UP' })
    expect(items.map(({ summary }) => summary)).toEqual(['later'])
  })

  test('is written after an outage of the database, once, with the time at which it happened', async () => {
    const postponed: (() => Promise<unknown>)[] = []
    let isCut = true
    const { prisma } = guarded(database, {
      // The worst of outages: it is written, and nobody hears of it.
      async guard(work) {
        const result = await work()
        if (isCut) throw new DatabaseAway()
        return result
      },
    })
    audit = createAuditLog({
      prisma,
      afterOutage: (work) => void postponed.push(work),
      clock,
      log: silentLog,
    })
    const happened = clock.now()
    await note('Signed out.')
    isCut = false
    clock.pass(60_000)
    for (const work of postponed) await work()
    expect(postponed).toHaveLength(1)
    const { items } = await audit.list({ first: 10, after: null })
    expect(items.map(({ summary, at }) => [summary, at.getTime()])).toEqual([['Signed out.', happened]])
  })

  test('fails nobody when it cannot be written, and says so in the log', async () => {
    const log = recordingLog()
    const full = guarded(database, { guard: () => Promise.reject(new Error('disk full')) })
    await createAuditLog({ ...database, ...full, clock, log }).write({
      action: 'SIGNED_IN',
      actor: ada,
      summary: 'x',
    })
    expect(log.lines).toMatchObject([{ level: 'error', fields: { action: 'SIGNED_IN' } }])
  })

  describe('is kept for so many days', () => {
    beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
    afterEach(() => vi.useRealTimers())

    test('and no longer: looked at when the server starts, and daily until it ends', async () => {
      await note('old')
      clock.pass(2 * DAY)
      await note('newer')
      clock.pass(8 * DAY + 1)
      const stop = keepAuditFor({ ...database, days: 10, clock, log: silentLog }, 0)
      await until(async () => (await summaries()).join() === 'newer')
      clock.pass(2 * DAY)
      vi.advanceTimersByTime(DAY)
      await until(async () => (await summaries()).length === 0)
      stop()
      expect(vi.getTimerCount()).toBe(0)
    })
  })

  test('lists refused sign-ins as they were typed, cut to 100 characters, and 60 of them a minute', async () => {
    const counters = createCounters({ redis: null, prefix: 'test', log: silentLog })
    const noteRefused = createRefusedSignIns({ counters, audit })
    await noteRefused('x'.repeat(1_000), '192.0.2.1')
    expect(await summaries()).toEqual([`Somebody could not sign in as “${'x'.repeat(100)}”.`])
    for (let n = 0; n < 100; n += 1) await noteRefused(`person${n}@example.com`, `192.0.2.${n}`)
    const all = await summaries()
    expect(all).toHaveLength(61)
    expect(all).toContain('More than 60 sign-ins were refused within a minute: the others are not listed.')
  })
})
