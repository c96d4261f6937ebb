/** Days and wall-clock times of New York, and arithmetic on plain `YYYY-MM-DD` days, which no time zone disturbs. */
import type { IsoDate } from './model.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** The day in New York at that moment. `ms`: milliseconds since 1970. */
export function newYorkDate(ms: number): IsoDate {
  return newYorkDateTime(ms).slice(0, 'YYYY-MM-DD'.length)
}

/** `YYYY-MM-DD HH:MM:SS` on New York's wall clock, 00 to 23 h, seconds cut off. `ms`: milliseconds since 1970. */
export function newYorkDateTime(ms: number): string {
  const asIfUtc = new Date(ms - offsetMs(ms)).toISOString()
  return asIfUtc.slice(0, 'YYYY-MM-DDTHH:MM:SS'.length).replace('T', ' ')
}

/**
 * When New York's wall clock shows `time` (`HH:MM`) on that day, in milliseconds since 1970. A time that is skipped
 * in spring is read as an hour earlier, one that comes twice in autumn as the first.
 */
export function newYorkInstant(date: IsoDate, time: string): number {
  const asIfUtc = Date.parse(`${date}T${time}:00Z`)
  // The offset of the day's morning, then that of the moment itself: they differ on the two days of a change.
  const guess = asIfUtc + offsetMs(asIfUtc)
  return asIfUtc + offsetMs(guess)
}

/** What to add to New York's wall clock, read as if it were UTC, to get UTC. */
function offsetMs(ms: number): number {
  const year = new Date(ms).getUTCFullYear()
  if (year < RULE_SINCE) return offsetBefore(ms)
  if (summer.year !== year) summer = summerOf(year)
  return (ms >= summer.begins && ms < summer.ends ? 4 : 5) * HOUR_MS
}

interface Summer {
  year: number
  begins: number
  ends: number
}

/** The first year of the rule that is in force (15 U.S.C. § 260a). */
const RULE_SINCE = 2007
let summer = summerOf(RULE_SINCE)

/** From 2:00 on the second Sunday of March, which is then 3:00, to 2:00 on the first of November, which is then 1:00. */
function summerOf(year: number): Summer {
  return {
    year,
    begins: firstSundayFrom(Date.UTC(year, 2, 8)) + 7 * HOUR_MS,
    ends: firstSundayFrom(Date.UTC(year, 10, 1)) + 6 * HOUR_MS,
  }
}

function firstSundayFrom(day: number): number {
  return day + ((7 - new Date(day).getUTCDay()) % 7) * DAY_MS
}

let wallClock: Intl.DateTimeFormat | undefined

/**
 * By the time zones that come with Node. Only for years that few ask for: the first formatter takes 15 to 20 ms,
 * which a server would notice at its start, and an answer takes eight times as long as by the rule.
 */
function offsetBefore(ms: number): number {
  wallClock ??= new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', timeZoneName: 'longOffset' })
  const zone = wallClock.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value
  return -Number(/^GMT([+-]\d+):00$/.exec(zone ?? '')?.[1]) * HOUR_MS
}

/** Calendar days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: IsoDate, to: IsoDate): number {
  return dayNumber(to) - dayNumber(from)
}

/** The day `days` calendar days later; earlier, when negative. */
export function addDays(date: IsoDate, days: number): IsoDate {
  return dateOf(dayNumber(date) + days)
}

/** 0 is Sunday, 6 is Saturday. */
export function weekdayOf(date: IsoDate): number {
  return new Date(dayNumber(date) * DAY_MS).getUTCDay()
}

/** Days since 1970-01-01. Counted in UTC, where each day has 24 hours. */
function dayNumber(date: IsoDate): number {
  return Date.parse(`${date}T00:00:00Z`) / DAY_MS
}

function dateOf(day: number): IsoDate {
  return new Date(day * DAY_MS).toISOString().slice(0, 'YYYY-MM-DD'.length)
}
