/** Days and wall-clock times of New York, and arithmetic on plain `YYYY-MM-DD` days, which no time zone disturbs. */
import type { IsoDate } from './model.ts'

const DAY_MS = 86_400_000

// Making a formatter takes a hundred times as long as using one. `formatToParts`, because the punctuation of a
// locale has changed between releases of Node, its numbers have not.
const wallClock = new Intl.DateTimeFormat('en-US', {
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

/** The day in New York at that moment. `ms`: milliseconds since 1970. */
export function newYorkDate(ms: number): IsoDate {
  return newYorkDateTime(ms).slice(0, 'YYYY-MM-DD'.length)
}

/** `YYYY-MM-DD HH:MM:SS` on New York's wall clock, 00 to 23 h, seconds cut off. `ms`: milliseconds since 1970. */
export function newYorkDateTime(ms: number): string {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
  for (const { type, value } of wallClock.formatToParts(ms)) parts[type] = value
  const { year = '', month, day, hour, minute, second } = parts
  return `${year.padStart(4, '0')}-${month}-${day} ${hour}:${minute}:${second}`
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
  const seconds = Math.floor(ms / 1000) * 1000
  return seconds - Date.parse(`${newYorkDateTime(ms).replace(' ', 'T')}Z`)
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
