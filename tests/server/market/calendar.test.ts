import { describe, expect, it } from 'vitest'
import {
  createMarketHours,
  isEarlyClose,
  isTradingDay,
  monthlyExpiration,
  nextTradingDay,
  previousTradingDay,
  sessionOf,
  weeklyExpiration,
} from '../../../server/src/market/calendar.ts'
import { addDays, weekdayOf } from '../../../server/src/scan/new-york.ts'

/** NYSE's releases of 2024-11-08 and 2025-12-23, and the day of mourning of 2025. */
const published: Record<string, { closed: string; early: string }> = {
  2025: {
    closed: '01-01 01-09 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25',
    early: '07-03 11-28 12-24',
  },
  2026: { closed: '01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25', early: '11-27 12-24' },
  2027: { closed: '01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24', early: '11-26' },
  2028: { closed: '01-17 02-21 04-14 05-29 06-19 07-04 09-04 11-23 12-25', early: '07-03 11-24' },
}

function weekdaysOf(year: string, holds: (date: string) => boolean): string {
  const found: string[] = []
  for (let date = `${year}-01-01`; date.startsWith(year); date = addDays(date, 1)) {
    const weekday = weekdayOf(date)
    if (weekday >= 1 && weekday <= 5 && holds(date)) found.push(date.slice('YYYY-'.length))
  }
  return found.join(' ')
}

describe.each(Object.entries(published))('the year %s', (year, { closed, early }) => {
  it('has the published holidays and no others', () => {
    expect(weekdaysOf(year, (date) => !isTradingDay(date))).toBe(closed)
  })

  it('has the published early closes and no others', () => {
    expect(weekdaysOf(year, isEarlyClose)).toBe(early)
  })
})

describe('other years', () => {
  it.each(['2007-01-02', '2012-10-29', '2012-10-30', '2018-12-05'])(
    'was closed by exception on %s',
    (date) => {
      expect(isTradingDay(date)).toBe(false)
    },
  )

  it.each([
    ['2010-12-31', 'New Year 2011 is a Saturday, and not moved'],
    ['2021-12-31', 'New Year 2022 is a Saturday, and not moved'],
    ['2021-06-18', 'Juneteenth is a holiday only since 2022'],
    ['2025-01-08', 'the day before the day of mourning'],
  ])('traded on %s: %s', (date) => {
    expect(isTradingDay(date)).toBe(true)
  })

  it.each([
    ['2005-03-25', 'Good Friday'],
    ['2008-03-21', 'the earliest Good Friday in a century'],
    ['2017-01-02', 'New Year on a Sunday'],
    ['2022-06-20', 'Juneteenth on a Sunday'],
    ['2022-12-26', 'Christmas on a Sunday'],
    ['2010-12-24', 'Christmas on a Saturday'],
    ['2009-07-03', 'Independence Day on a Saturday'],
  ])('was closed on %s: %s', (date) => {
    expect(isTradingDay(date)).toBe(false)
    expect(isEarlyClose(date)).toBe(false)
  })

  it('finds its way over weekends and holidays, from closed days too', () => {
    expect(nextTradingDay('2025-06-06')).toBe('2025-06-09')
    expect(nextTradingDay('2025-07-03')).toBe('2025-07-07')
    expect(nextTradingDay('2012-10-26')).toBe('2012-10-31')
    expect(previousTradingDay('2026-04-05')).toBe('2026-04-02')
    expect(previousTradingDay('2026-01-02')).toBe('2025-12-31')
  })
})

describe('sessionOf', () => {
  const instants = (date: string) => {
    const session = sessionOf(date)
    return session && [session.opensAt, session.closesAt].map((ms) => new Date(ms).toISOString())
  }

  it.each([
    ['2026-03-06', '2026-03-06T14:30:00.000Z', '2026-03-06T21:00:00.000Z', 'the Friday before summer time'],
    ['2026-03-09', '2026-03-09T13:30:00.000Z', '2026-03-09T20:00:00.000Z', 'the Monday after'],
    ['2026-10-30', '2026-10-30T13:30:00.000Z', '2026-10-30T20:00:00.000Z', 'the Friday before winter time'],
    ['2026-11-02', '2026-11-02T14:30:00.000Z', '2026-11-02T21:00:00.000Z', 'the Monday after'],
    ['2025-11-28', '2025-11-28T14:30:00.000Z', '2025-11-28T18:00:00.000Z', 'early close in winter'],
    ['2025-07-03', '2025-07-03T13:30:00.000Z', '2025-07-03T17:00:00.000Z', 'early close in summer'],
  ])('%s is %s to %s: %s', (date, opensAt, closesAt) => {
    expect(instants(date)).toEqual([opensAt, closesAt])
  })

  it('is null on weekends and holidays', () => {
    expect([sessionOf('2025-06-07'), sessionOf('2025-06-19')]).toEqual([null, null])
  })
})

describe('expirations', () => {
  it.each([
    [2025, 6, '2025-06-20'],
    [2025, 4, '2025-04-17'],
    [2026, 6, '2026-06-18'],
    [2027, 6, '2027-06-17'],
    [2026, 5, '2026-05-15'],
    [2027, 1, '2027-01-15'],
  ])('the monthly of %i-%i is %s', (year, month, expected) => {
    expect(monthlyExpiration(year, month)).toBe(expected)
  })

  it.each([
    ['2025-06-30', '2025-07-03'],
    ['2026-07-01', '2026-07-02'],
    ['2026-03-30', '2026-04-02'],
    ['2026-04-05', '2026-04-02'],
    ['2026-04-06', '2026-04-10'],
    ['2025-11-24', '2025-11-28'],
    ['2025-06-06', '2025-06-06'],
  ])('the weekly of the week of %s is %s', (date, expected) => {
    expect(weeklyExpiration(date)).toBe(expected)
  })
})

describe('market hours', () => {
  const at = (instant: string) => createMarketHours({ marketNow: () => Date.parse(instant) })

  it.each<[string, string | null, string]>([
    ['2025-06-06T13:29:59.999Z', '2025-06-06T13:30:00.000Z', 'a moment before the opening'],
    ['2025-06-06T13:30:00.000Z', null, 'the opening'],
    ['2025-06-06T19:59:59.999Z', null, 'a moment before the close'],
    ['2025-06-06T20:00:00.000Z', '2025-06-09T13:30:00.000Z', 'the close of a Friday'],
    ['2025-06-07T16:00:00.000Z', '2025-06-09T13:30:00.000Z', 'a Saturday'],
    ['2025-06-10T00:30:00.000Z', '2025-06-10T13:30:00.000Z', 'already the next day in UTC, not in New York'],
    ['2025-06-10T04:30:00.000Z', '2025-06-10T13:30:00.000Z', 'after midnight in New York'],
    ['2025-11-27T16:00:00.000Z', '2025-11-28T14:30:00.000Z', 'Thanksgiving'],
    ['2025-11-28T17:59:59.999Z', null, 'a moment before the early close'],
    ['2025-11-28T18:00:00.000Z', '2025-12-01T14:30:00.000Z', 'the early close'],
    ['2026-03-07T12:00:00.000Z', '2026-03-09T13:30:00.000Z', 'a weekend that loses an hour'],
    ['2026-10-31T12:00:00.000Z', '2026-11-02T14:30:00.000Z', 'a weekend that gains one'],
    ['2026-04-02T20:00:00.000Z', '2026-04-06T13:30:00.000Z', 'before Good Friday'],
  ])('%s: opens at %s (%s)', (now, opensAt) => {
    expect(at(now).opensAt()).toBe(opensAt)
    expect(at(now).isOpen()).toBe(opensAt === null)
  })

  it('reads the clock at each call', () => {
    let now = Date.parse('2025-06-06T13:00:00Z')
    const hours = createMarketHours({ marketNow: () => now })
    expect(hours.isOpen()).toBe(false)
    now = Date.parse('2025-06-06T14:00:00Z')
    expect(hours.isOpen()).toBe(true)
  })
})
