/**
 * When the New York Stock Exchange, and with it the options on its stocks, trades. By rule from 2005 on, with a table
 * of the days on which it closed for another reason. Sources: NYSE's releases of 2024-11-08 and 2025-12-23, and
 * pandas_market_calendars for the years before.
 */
import type { Instant, IsoDate } from '../scan/model.ts'
import { addDays, newYorkDate, newYorkInstant, weekdayOf } from '../scan/new-york.ts'
import type { MarketHours } from '../scan/ports.ts'

const [SUNDAY, MONDAY, THURSDAY, FRIDAY, SATURDAY] = [0, 1, 4, 5, 6] as const

/** Days of mourning, and a hurricane. Known only once they are announced. */
const specialClosures: ReadonlySet<IsoDate> = new Set([
  '2007-01-02',
  '2012-10-29',
  '2012-10-30',
  '2018-12-05',
  '2025-01-09',
])

/** A day's trading, in milliseconds since 1970. */
export interface Session {
  opensAt: number
  closesAt: number
}

/** True when the exchange opens on that day, be it only until 13:00. */
export function isTradingDay(date: IsoDate): boolean {
  return !isWeekend(date) && !holidaysOf(yearOf(date)).has(date) && !specialClosures.has(date)
}

/** The last trading day before `date`, which need not be one. */
export function previousTradingDay(date: IsoDate): IsoDate {
  let day = addDays(date, -1)
  while (!isTradingDay(day)) day = addDays(day, -1)
  return day
}

/** The first trading day after `date`, which need not be one. */
export function nextTradingDay(date: IsoDate): IsoDate {
  let day = addDays(date, 1)
  while (!isTradingDay(day)) day = addDays(day, 1)
  return day
}

/** True on the days that end at 13:00: before Independence Day and Christmas, after Thanksgiving. */
export function isEarlyClose(date: IsoDate): boolean {
  if (!isTradingDay(date)) return false
  const monthAndDay = date.slice('YYYY-'.length)
  if (monthAndDay === '07-03' || monthAndDay === '12-24') return weekdayOf(date) <= THURSDAY
  return date === addDays(thanksgiving(yearOf(date)), 1)
}

/** 9:30 to 16:00 New York, or to 13:00; null when the exchange is closed all day. */
export function sessionOf(date: IsoDate): Session | null {
  if (!isTradingDay(date)) return null
  return {
    opensAt: newYorkInstant(date, '09:30'),
    closesAt: newYorkInstant(date, isEarlyClose(date) ? '13:00' : '16:00'),
  }
}

/** The day on which a month's standard options expire: its third Friday, or the trading day before. `month`: 1 to 12. */
export function monthlyExpiration(year: number, month: number): IsoDate {
  return tradingDayUpTo(nthWeekday(3, FRIDAY, year, month))
}

/** The day on which weekly options expire in the week, Monday to Sunday, of `date`: Friday, or the trading day before. */
export function weeklyExpiration(date: IsoDate): IsoDate {
  const sinceMonday = (weekdayOf(date) + 6) % 7
  return tradingDayUpTo(addDays(date, FRIDAY - MONDAY - sinceMonday))
}

/** Exchange hours by a clock, which is read at each call. */
export function createMarketHours(clock: { marketNow(): number }): MarketHours {
  let second = NaN
  let known: Instant | null = null
  /** Many ask in a second, and it opens and closes on whole ones. */
  const opening = () => {
    const now = clock.marketNow()
    if (Math.floor(now / 1_000) !== second) {
      second = Math.floor(now / 1_000)
      known = nextOpening(now)
    }
    return known
  }
  return {
    isOpen: () => opening() === null,
    opensAt: opening,
  }
}

/** Seen from `now`, milliseconds since 1970. Null while the exchange is open; at 16:00:00 sharp it is not. */
export function nextOpening(now: number): Instant | null {
  const today = newYorkDate(now)
  const session = sessionOf(today)
  if (session === null || now >= session.closesAt) {
    const next = sessionOf(nextTradingDay(today))
    return next && new Date(next.opensAt).toISOString()
  }
  return now >= session.opensAt ? null : new Date(session.opensAt).toISOString()
}

const holidaysByYear = new Map<number, ReadonlySet<IsoDate>>()

function holidaysOf(year: number): ReadonlySet<IsoDate> {
  const known = holidaysByYear.get(year)
  if (known) return known
  const holidays = new Set([
    newYear(year),
    nthWeekday(3, MONDAY, year, 1), // Martin Luther King
    nthWeekday(3, MONDAY, year, 2), // Washington
    addDays(easter(year), -2), // Good Friday
    addDays(nthWeekday(1, MONDAY, year, 6), -7), // Memorial Day, the last Monday of May
    ...(year >= 2022 ? [observed(isoDate(year, 6, 19))] : []), // Juneteenth
    observed(isoDate(year, 7, 4)),
    nthWeekday(1, MONDAY, year, 9), // Labor Day
    thanksgiving(year),
    observed(isoDate(year, 12, 25)),
  ])
  holidaysByYear.set(year, holidays)
  return holidays
}

/** A holiday on a weekend is kept on the Friday before or on the Monday after. */
function observed(date: IsoDate): IsoDate {
  const weekday = weekdayOf(date)
  return addDays(date, weekday === SATURDAY ? -1 : weekday === SUNDAY ? 1 : 0)
}

/** Unlike the others, not kept on a Friday: that would be the last day of the old year, when books are closed. */
function newYear(year: number): IsoDate {
  const date = isoDate(year, 1, 1)
  return weekdayOf(date) === SATURDAY ? date : observed(date)
}

function thanksgiving(year: number): IsoDate {
  return nthWeekday(4, THURSDAY, year, 11)
}

/** Gregorian, by the method of Meeus, Jones and Butcher. */
function easter(year: number): IsoDate {
  const a = year % 19
  const b = Math.floor(year / 100)
  const c = year % 100
  const d = Math.floor(b / 4)
  const g = Math.floor((8 * b + 13) / 25)
  const h = (19 * a + b - d - g + 15) % 30
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7
  const m = Math.floor((a + 11 * h + 22 * l) / 451)
  const days = h + l - 7 * m + 114
  return isoDate(year, Math.floor(days / 31), (days % 31) + 1)
}

function nthWeekday(n: number, weekday: number, year: number, month: number): IsoDate {
  const first = isoDate(year, month, 1)
  return addDays(first, ((weekday - weekdayOf(first) + 7) % 7) + (n - 1) * 7)
}

function tradingDayUpTo(date: IsoDate): IsoDate {
  return isTradingDay(date) ? date : previousTradingDay(date)
}

function isWeekend(date: IsoDate): boolean {
  const weekday = weekdayOf(date)
  return weekday === SATURDAY || weekday === SUNDAY
}

function yearOf(date: IsoDate): number {
  return Number(date.slice(0, 'YYYY'.length))
}

function isoDate(year: number, month: number, day: number): IsoDate {
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}
