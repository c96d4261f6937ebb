/** Time as a quote ages: only while the exchange trades, so that Friday's close is fresh on Sunday. */
import { addDays, newYorkDate } from '../scan/new-york.ts'
import { sessionOf } from './calendar.ts'

const MINUTE_MS = 60_000
/** What is older than this is old, whatever the count. */
const LONGEST_DAYS = 30

/** Minutes of trading from one instant to a later one, both in milliseconds since 1970; negative the other way round. */
export function tradingMinutesBetween(from: number, to: number): number {
  if (from > to) return (to - from) / MINUTE_MS
  let minutes = 0
  let date = newYorkDate(Math.max(from, to - LONGEST_DAYS * 24 * 60 * MINUTE_MS))
  for (const last = newYorkDate(to); date <= last; date = addDays(date, 1)) {
    const session = sessionOf(date)
    if (session === null) continue
    minutes += Math.max(0, Math.min(to, session.closesAt) - Math.max(from, session.opensAt)) / MINUTE_MS
  }
  return minutes
}
