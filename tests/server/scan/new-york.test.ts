import { describe, expect, it } from 'vitest'
import {
  addDays,
  daysBetween,
  newYorkDate,
  newYorkDateTime,
  newYorkInstant,
  weekdayOf,
} from '../../../server/src/scan/new-york.ts'

describe('newYorkDateTime', () => {
  it.each([
    ['2025-06-06T20:00:00.000Z', '2025-06-06 16:00:00', 'summer'],
    ['2025-12-05T21:00:00.000Z', '2025-12-05 16:00:00', 'winter'],
    [
      '2025-06-07T03:59:59.999Z',
      '2025-06-06 23:59:59',
      'the last moment of a day, whose seconds are cut off',
    ],
    ['2025-06-07T04:00:00.000Z', '2025-06-07 00:00:00', 'midnight is 00, not 24'],
    ['2025-01-01T00:30:00.000Z', '2024-12-31 19:30:00', 'still last year'],
    ['2026-03-08T06:59:59.000Z', '2026-03-08 01:59:59', 'before the clock jumps ahead'],
    ['2026-03-08T07:00:00.000Z', '2026-03-08 03:00:00', 'after it jumped'],
    ['2026-11-01T05:30:00.000Z', '2026-11-01 01:30:00', 'before the clock goes back'],
    ['2026-11-01T06:30:00.000Z', '2026-11-01 01:30:00', 'the same hour again'],
  ])('%s is %s: %s', (instant, expected) => {
    expect(newYorkDateTime(Date.parse(instant))).toBe(expected)
    expect(newYorkDate(Date.parse(instant))).toBe(expected.slice(0, 10))
  })
})

describe('the rule for summer time', () => {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: 'America/New_York',
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  function byNode(ms: number): string {
    const { year, month, day, hour, minute, second } = Object.fromEntries(
      format.formatToParts(ms).map(({ type, value }) => [type, value]),
    )
    return `${year}-${month}-${day} ${hour}:${minute}:${second}`
  }

  // Fails with the first Node that knows of another rule.
  it('is that of the time zones that come with Node, at each half hour around a change, from 1970 to 2045', () => {
    const HALF_HOUR = 1_800_000
    const wrong: string[] = []
    for (let year = 1970; year <= 2045; year += 1) {
      for (const [month, day] of [
        [0, 1],
        [2, 8],
        [3, 1],
        [9, 25],
        [10, 1],
      ] as const) {
        const from = Date.UTC(year, month, day)
        for (let ms = from; ms < from + 8 * 48 * HALF_HOUR; ms += HALF_HOUR)
          if (newYorkDateTime(ms) !== byNode(ms)) wrong.push(`${byNode(ms)}, not ${newYorkDateTime(ms)}`)
      }
    }
    expect(wrong).toEqual([])
  })

  it('has no moment of its own for what is no moment', () => {
    expect(() => newYorkDateTime(NaN)).toThrow(RangeError)
  })
})

describe('newYorkInstant', () => {
  it.each([
    ['2026-03-06', '09:30', '2026-03-06T14:30:00.000Z'],
    ['2026-03-08', '00:00', '2026-03-08T05:00:00.000Z'],
    ['2026-03-08', '01:59', '2026-03-08T06:59:00.000Z'],
    ['2026-03-08', '03:00', '2026-03-08T07:00:00.000Z'],
    ['2026-03-09', '09:30', '2026-03-09T13:30:00.000Z'],
    ['2026-10-30', '16:00', '2026-10-30T20:00:00.000Z'],
    ['2026-11-01', '00:30', '2026-11-01T04:30:00.000Z'],
    ['2026-11-01', '02:00', '2026-11-01T07:00:00.000Z'],
    ['2026-11-01', '23:59', '2026-11-02T04:59:00.000Z'],
    ['2026-11-02', '16:00', '2026-11-02T21:00:00.000Z'],
  ])('%s %s is %s', (date, time, expected) => {
    expect(new Date(newYorkInstant(date, time)).toISOString()).toBe(expected)
  })

  it('is undone by newYorkDateTime for every half hour of a year but the skipped one', () => {
    for (let date = '2026-01-01'; date < '2027-01-01'; date = addDays(date, 1)) {
      for (const time of ['00:00', '00:30', '01:30', '02:30', '03:30', '09:30', '16:00', '23:30']) {
        if (date === '2026-03-08' && time === '02:30') continue
        expect(newYorkDateTime(newYorkInstant(date, time))).toBe(`${date} ${time}:00`)
      }
    }
  })

  it('reads a time that does not exist as an hour earlier, and one that comes twice as the first', () => {
    expect(newYorkDateTime(newYorkInstant('2026-03-08', '02:30'))).toBe('2026-03-08 01:30:00')
    expect(new Date(newYorkInstant('2026-11-01', '01:30')).toISOString()).toBe('2026-11-01T05:30:00.000Z')
  })
})

describe('day arithmetic', () => {
  it.each([
    ['2025-06-06', '2025-06-06', 0],
    ['2025-06-06', '2025-07-04', 28],
    ['2025-07-04', '2025-06-06', -28],
    ['2024-02-28', '2024-03-01', 2],
    ['2025-02-28', '2025-03-01', 1],
    ['2025-12-31', '2026-01-01', 1],
    ['2026-03-07', '2026-03-09', 2],
    ['2026-10-31', '2026-11-02', 2],
  ])('from %s to %s are %i days', (from, to, days) => {
    expect(daysBetween(from, to)).toBe(days)
    expect(addDays(from, days)).toBe(to)
  })

  it('knows the weekday', () => {
    expect(weekdayOf('2025-06-08')).toBe(0)
    expect(weekdayOf('2025-06-06')).toBe(5)
  })
})
