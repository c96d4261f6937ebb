/** What kind of series an expiration belongs to: from the calendar, because vendors' labels are unreliable. */
import type { ExpirationKind, IsoDate } from '../scan/model.ts'
import { addDays, daysBetween } from '../scan/new-york.ts'
import { isTradingDay, monthlyExpiration, previousTradingDay } from './calendar.ts'

const A_YEAR = 365

/** More than a year away: LEAPS; third Friday (or the trading day before): MONTHLY; last trading day of a quarter: QUARTERLY. */
export function expirationKindOf(expiration: IsoDate, today: IsoDate): ExpirationKind {
  const [year = 0, month = 0] = expiration.split('-').map(Number)
  if (daysBetween(today, expiration) > A_YEAR) return 'LEAPS'
  if (expiration === monthlyExpiration(year, month)) return 'MONTHLY'
  return month % 3 === 0 && expiration === lastTradingDay(year, month) ? 'QUARTERLY' : 'WEEKLY'
}

function lastTradingDay(year: number, month: number): IsoDate {
  const last = addDays(new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10), -1)
  return isTradingDay(last) ? last : previousTradingDay(last)
}
