/** Which scans a schedule starts, and when. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  createSchedule,
  isSchedule,
  type Schedule,
  type ScheduleOptions,
} from '../../../server/src/events/schedule.ts'
import { type ClaimInstant, createMemoryClaims } from '../../../server/src/events/schedule-claims.ts'
import { nextOpening } from '../../../server/src/market/calendar.ts'
import { CacheUnavailable, DatabaseAway } from '../../../server/src/scan/errors.ts'
import type { Clock } from '../../../server/src/scan/ports.ts'
import type { StartOutcome } from '../../../server/src/scan/scanner.ts'
import { recordingLog, type RecordingLog } from '../../support/fakes.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const started = { kind: 'ScanStarted' } as StartOutcome
const clock: Clock = { now: () => Date.now(), marketNow: () => Date.now() }
let log: RecordingLog
let schedules: Schedule[]
/** The instants whose scans were started, by whichever schedule. */
let begun: string[]

beforeEach(() => {
  vi.useFakeTimers()
  log = recordingLog()
  schedules = []
  begun = []
})
afterEach(async () => {
  for (const schedule of schedules) await schedule.close()
  vi.useRealTimers()
})

/** A schedule whose starts are noted in `begun`; seconds are left out where they are 0. */
function keep(expression: string, options: Partial<ScheduleOptions> = {}): Schedule {
  const claim: ClaimInstant = options.claim ?? (async () => true)
  let claimed = ''
  const schedule = createSchedule({
    expression,
    clock,
    nextOpening,
    log,
    start: async () => {
      begun.push(claimed)
      return started
    },
    ...options,
    claim: async (due) => {
      claimed = due.replace(':00.000Z', 'Z')
      return claim(due)
    },
  })
  schedules.push(schedule)
  return schedule
}

async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms)
}

describe('scans start', () => {
  test.each([
    [
      'every half hour from the opening to the close, which is no trading any more',
      '*/30 9-16 * * 1-5',
      ['2026-03-05T05:00Z', DAY],
      [14.5, 15, 15.5, 16, 16.5, 17, 17.5, 18, 18.5, 19, 19.5, 20, 20.5].map(
        (hour) => `2026-03-05T${Math.floor(hour)}:${hour % 1 === 0 ? '00' : '30'}Z`,
      ),
    ],
    [
      'at 9:35 New York before the clocks go forward',
      '35 9 * * *',
      ['2026-03-06T14:00Z', HOUR],
      ['2026-03-06T14:35Z'],
    ],
    [
      'at 9:35 New York after the clocks went forward',
      '35 9 * * *',
      ['2026-03-09T13:00Z', HOUR],
      ['2026-03-09T13:35Z'],
    ],
    [
      'at 9:35 New York before the clocks go back',
      '35 9 * * *',
      ['2026-10-30T13:00Z', HOUR],
      ['2026-10-30T13:35Z'],
    ],
    [
      'at 9:35 New York after the clocks went back',
      '35 9 * * *',
      ['2026-11-02T14:00Z', HOUR],
      ['2026-11-02T14:35Z'],
    ],
    ['not after an early close', '0 12-15 * * *', ['2025-11-28T05:00Z', DAY], ['2025-11-28T17:00Z']],
    ['not on a holiday', '*/30 * * * *', ['2025-11-27T05:00Z', DAY], []],
    [
      'by the second with six fields',
      '*/20 30 9 * * *',
      ['2026-03-05T14:00Z', HOUR],
      ['2026-03-05T14:30Z', '2026-03-05T14:30:20.000Z', '2026-03-05T14:30:40.000Z'],
    ],
    ['not for what was due before', '30 9 * * *', ['2026-03-05T14:30:01Z', HOUR], []],
  ] as const)('%s', async (_title, expression, [from, ms], expected) => {
    vi.setSystemTime(from)
    keep(expression).open()
    await pass(ms)
    expect(begun).toEqual(expected)
  })

  test('while the market’s clock is held still in market hours, at any time', async () => {
    vi.setSystemTime('2026-03-07T03:00Z') // a Saturday
    const frozen = { ...clock, marketNow: () => Date.parse('2025-06-06T19:30:00Z') }
    keep('*/10 * * * *', { clock: frozen }).open()
    await pass(25 * MINUTE)
    expect(begun).toEqual(['2026-03-07T03:10Z', '2026-03-07T03:20Z'])
  })
})

describe('the next scan', () => {
  test.each([
    ['is the next instant while the exchange is open', '*/15 * * * *', '2026-03-05T15:01Z', '15:15:00.000Z'],
    ['is on the next trading day after the close', '*/15 * * * *', '2026-03-06T21:00Z', '2026-03-09T13:30'],
    [
      'comes an hour of UTC earlier when the clocks go forward',
      '35 9 * * *',
      '2026-03-06T15:00Z',
      '2026-03-09T13:35',
    ],
    [
      'comes an hour of UTC later when the clocks go back',
      '35 9 * * *',
      '2026-10-30T15:00Z',
      '2026-11-02T14:35',
    ],
    ['may be months away', '35 9 2 7 *', '2026-01-02T15:00Z', '2026-07-02T13:35'],
  ])('%s', (_title, expression, now, expected) => {
    vi.setSystemTime(now)
    expect(keep(expression).next()).toContain(expected)
  })

  test('of a schedule outside market hours is none, which is said once', async () => {
    vi.setSystemTime('2026-03-05T15:00Z')
    const schedule = keep('0 3 * * *')
    schedule.open()
    await pass(HOUR)
    expect(schedule.next()).toBeNull()
    expect(log.warnings()).toEqual(['SCAN_SCHEDULE never falls into market hours.'])
  })

  test('that is further away than a timer counts does not start at once', async () => {
    vi.setSystemTime('2026-01-02T15:00Z')
    keep('35 9 2 7 *').open()
    await pass(2 * HOUR)
    expect(begun).toEqual([])
  })
})

describe('one log line tells', () => {
  const reason = 'Because.'
  test.each<[string, StartOutcome, string, string]>([
    ['of a start', started, 'info', 'A scheduled scan has started.'],
    [
      'of a scan that was running',
      { kind: 'ScanAlreadyRunning' } as StartOutcome,
      'info',
      'A scheduled scan was skipped: another one is running.',
    ],
    ...(['MarketClosed', 'MarketDataUnavailable', 'CacheUnavailable', 'NoActiveStocks'] as const).map(
      (kind): [string, StartOutcome, string, string] => [
        `of ${kind}`,
        { kind, message: reason, opensAt: null },
        'warn',
        'A scheduled scan was refused.',
      ],
    ),
  ])('%s', async (_title, outcome, level, message) => {
    vi.setSystemTime('2026-03-05T15:01Z')
    keep('*/15 * * * *', { start: async () => outcome }).open()
    await pass(15 * MINUTE)
    const due = '2026-03-05T15:15:00.000Z'
    const fields = level === 'warn' ? { due, reason } : { due }
    expect(log.lines).toEqual([{ level, message, fields }])
  })

  test.each([
    ['Redis', { claim: () => Promise.reject(new CacheUnavailable()) }],
    ['Postgres', { start: () => Promise.reject(new DatabaseAway()) }],
  ])('of %s being away, without a stack', async (_name, failing) => {
    vi.setSystemTime('2026-03-05T15:01Z')
    keep('*/15 * * * *', failing).open()
    await pass(15 * MINUTE)
    const reason = expect.stringMatching(/cannot be reached/) as string
    const fields = { due: '2026-03-05T15:15:00.000Z', reason }
    expect(log.lines).toEqual([{ level: 'warn', message: 'A scheduled scan was refused.', fields }])
  })

  test.each([
    ['claim', { claim: () => Promise.reject(new Error('a bug')) }],
    ['start', { start: () => Promise.reject(new Error('another bug')) }],
  ])('of a failed %s, and the schedule goes on', async (_name, failing) => {
    vi.setSystemTime('2026-03-05T15:01Z')
    keep('*/15 * * * *', failing).open()
    await pass(30 * MINUTE)
    expect(log.lines.map(({ message }) => message)).toEqual([
      'A scheduled scan could not be started.',
      'A scheduled scan could not be started.',
    ])
  })
})

describe('several servers', () => {
  test('start one scan for each instant, though their clocks differ', async () => {
    vi.setSystemTime('2026-03-05T15:01Z')
    const claim = createMemoryClaims(clock)
    for (const aheadMs of [0, 900, -900]) {
      const now = () => Date.now() + aheadMs
      keep('*/15 * * * *', { claim, clock: { now, marketNow: now } }).open()
    }
    await pass(31 * MINUTE)
    expect(begun).toEqual(['2026-03-05T15:15Z', '2026-03-05T15:30Z'])
    expect(log.lines).toHaveLength(2)
  })
})

describe('a machine that slept', () => {
  const sleep = (ms: number) => vi.setSystemTime(Date.now() + ms)

  test('makes up for the last of the scans that were due', async () => {
    vi.setSystemTime('2026-03-05T15:01Z')
    keep('*/15 * * * *').open()
    sleep(50 * MINUTE)
    await pass(2 * MINUTE)
    expect(begun).toEqual(['2026-03-05T15:45Z'])
    await pass(10 * MINUTE)
    expect(begun).toEqual(['2026-03-05T15:45Z', '2026-03-05T16:00Z'])
  })

  test.each([
    ['longer than an hour', '0 10 * * *', '2026-03-05T14:59Z', 2 * HOUR],
    ['past the close', '*/15 * * * *', '2026-03-05T20:44Z', 30 * MINUTE],
    ['until a new day opened', '0,45 9 * * *', '2026-03-05T14:44Z', DAY - 13 * MINUTE],
  ])('%s says that it missed one', async (_title, expression, now, ms) => {
    vi.setSystemTime(now)
    keep(expression).open()
    sleep(ms)
    await pass(MINUTE)
    expect(begun).toEqual([])
    expect(log.warnings()).toEqual(['A scheduled scan was missed: this server was held up.'])
  })
})

describe('a clock that is set', () => {
  test('back repeats no scan', async () => {
    vi.setSystemTime('2026-03-05T15:01Z')
    keep('*/15 * * * *', { claim: createMemoryClaims(clock) }).open()
    await pass(15 * MINUTE)
    vi.setSystemTime('2026-03-05T15:10Z')
    await pass(25 * MINUTE)
    expect(begun).toEqual(['2026-03-05T15:15Z', '2026-03-05T15:30Z'])
  })

  test('forward by a year, and back again, blocks nothing', async () => {
    vi.setSystemTime('2026-03-05T15:01Z')
    const schedule = keep('*/15 * * * *', { claim: createMemoryClaims(clock) })
    schedule.open()
    vi.setSystemTime('2027-03-05T15:01Z')
    await pass(15 * MINUTE)
    vi.setSystemTime('2026-03-05T15:10Z')
    await pass(6 * MINUTE)
    expect(begun).toEqual(['2027-03-05T15:00Z', '2027-03-05T15:15Z', '2026-03-05T15:15Z'])
    expect(schedule.next()).toBe('2026-03-05T15:30:00.000Z')
  })
})

test('closing waits for the start under way, and nothing is due any more', async () => {
  vi.setSystemTime('2026-03-05T15:14Z')
  let finish = () => {}
  const start = vi.fn<() => Promise<StartOutcome>>(
    () => new Promise((resolve) => (finish = () => resolve(started))),
  )
  const schedule = keep('*/15 * * * *', { start })
  schedule.open()
  await pass(MINUTE)
  let closed = false
  const closing = schedule.close().then(() => (closed = true))
  await pass(HOUR)
  expect(closed).toBe(false)
  finish()
  await closing
  expect(start).toHaveBeenCalledTimes(1)
})

test('a waiting schedule keeps no process alive', () => {
  vi.useRealTimers()
  const timeout = vi.spyOn(globalThis, 'setTimeout')
  keep('*/15 * * * *').open()
  const [timer] = timeout.mock.results.map(({ value }) => value as NodeJS.Timeout)
  timeout.mockRestore()
  expect(timer?.hasRef()).toBe(false)
})

test.each([
  ['*/15 9-16 * * 1-5', true],
  ['0 */15 9-16 * * MON-FRI', true],
  ['@hourly', true],
  ['H 10 * * *', true],
  ['', false],
  ['15', false],
  ['1 2 3 4', false],
  ['* * * * * * *', false],
  ['60 * * * *', false],
  ['*/0 * * * *', false],
  ['every quarter of an hour', false],
  ['@sometimes', false],
])('%j is a schedule: %j', (expression, expected) => {
  expect(isSchedule(expression)).toBe(expected)
})
