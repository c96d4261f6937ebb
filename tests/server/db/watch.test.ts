import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDatabaseWatch, type DatabaseWatch } from '../../../server/src/db/watch.ts'
import { DatabaseAway } from '../../../server/src/scan/errors.ts'
import { recordingLog, type RecordingLog } from '../../support/fakes.ts'
import { pause, until } from '../../support/until.ts'

let isThere: boolean
let asked: number
let cuts: number
let log: RecordingLog
let watch: DatabaseWatch

beforeEach(() => {
  isThere = true
  asked = 0
  cuts = 0
  log = recordingLog()
  watch = createDatabaseWatch({
    ask: async () => {
      asked += 1
      await pause(5)
      if (!isThere) throw refused()
    },
    onAway: () => (cuts += 1),
    log,
    patienceMs: 40,
    againMs: 20,
  })
})
afterEach(() => watch.close())

const refused = () => Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
const forever = () => new Promise<never>(() => {})
const said = () => log.lines.map(({ level, message }) => `${level}: ${message}`)
const isAway = () =>
  watch
    .guard(async () => 'done')
    .then(
      () => false,
      (error: unknown) => error instanceof DatabaseAway,
    )

describe('work under guard', () => {
  it('is done, and its own errors stay its own', async () => {
    expect(await watch.guard(async () => 7)).toBe(7)
    const duplicate = Object.assign(new Error('Unique constraint failed'), { code: 'P2002' })
    await expect(watch.guard(() => Promise.reject(duplicate))).rejects.toBe(duplicate)
    await expect(
      watch.guard(() => {
        throw duplicate
      }),
    ).rejects.toBe(duplicate)
    expect(asked).toBe(0)
  })

  it('may take its time while the database is there', async () => {
    expect(await watch.guard(() => pause(120).then(() => 'slow'))).toBe('slow')
    expect(asked).toBe(1)
    expect(log.lines).toEqual([])
  })

  it('that lost its connection says so, and is no outage when the database is there', async () => {
    await expect(watch.guard(() => Promise.reject(refused()))).rejects.toThrow(DatabaseAway)
    await until(() => asked === 1)
    await pause(20)
    expect(await isAway()).toBe(false)
    expect(log.lines).toEqual([])
  })

  it('does not wait for a database that hangs, and what comes after fails at once', async () => {
    isThere = false
    const began = Date.now()
    const work = await Promise.allSettled(Array.from({ length: 20 }, () => watch.guard(forever)))
    expect(Date.now() - began).toBeLessThan(500)
    expect(work.every(({ status }) => status === 'rejected')).toBe(true)
    let started = false
    const later = watch.guard(async () => {
      started = true
    })
    await expect(later).rejects.toThrow(DatabaseAway)
    expect(started).toBe(false)
    expect(cuts).toBe(1)
  })
})

describe('an outage', () => {
  it('and its end are said once each, whatever the number of those who meet it', async () => {
    isThere = false
    await Promise.allSettled(Array.from({ length: 20 }, () => watch.guard(() => Promise.reject(refused()))))
    await until(isAway)
    for (let n = 0; n < 20; n += 1) await isAway()
    await pause(60)
    isThere = true
    await until(async () => !(await isAway()))
    expect(said()).toEqual([
      'warn: The database does not answer: what is known stays in use for 5 minutes, and nothing can be changed.',
      'info: The database answers again: full service.',
    ])
    expect(log.lines[0]?.fields).toEqual({ reason: 'connect ECONNREFUSED 127.0.0.1:1' })
  })

  it('is noticed by an idle connection that breaks, too', async () => {
    isThere = false
    watch.doubt()
    await until(isAway)
  })

  it('puts work off until it is over, and then tells whoever wants to know', async () => {
    isThere = false
    watch.doubt()
    await until(isAway)
    const events: string[] = []
    watch.onBack(() => events.push('back'))
    watch.afterOutage(async () => events.push(await watch.guard(async () => 'written')))
    watch.afterOutage(async () => {
      throw new TypeError('oops')
    })
    await pause(60)
    expect(events).toEqual([])
    isThere = true
    await until(() => events.length === 2)
    expect(events).toEqual(['written', 'back'])
    expect(said()).toContain('error: What an outage of the database had postponed could not be done.')
  })

  it('that comes again in the middle of what was put off puts it off again', async () => {
    let attempts = 0
    let done = 0
    watch.afterOutage(async () => {
      attempts += 1
      if (attempts < 4) throw refused()
      done += 1
    })
    await until(() => done === 1)
    await pause(60)
    expect([attempts, done]).toEqual([4, 1])
  })

  it('leaves nothing running when the process ends, and says what was not done', async () => {
    isThere = false
    watch.doubt()
    watch.afterOutage(async () => {})
    await until(isAway)
    watch.close()
    await pause(40)
    const then = asked
    await pause(80)
    expect(asked).toBe(then)
    expect(log.lines.at(-1)).toMatchObject({
      message: 'An outage of the database has left work undone.',
      fields: { postponed: 1 },
    })
  })
})
