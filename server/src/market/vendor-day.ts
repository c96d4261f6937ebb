/** The day that a vendor's budget lasts: it need not begin at midnight. */
import type { IsoDate } from '../scan/model.ts'
import { addDays, newYorkDate, newYorkInstant } from '../scan/new-york.ts'

export interface VendorDay {
  /** The New York date on which it began. */
  name: IsoDate
  /** When the next one begins, in milliseconds since 1970. */
  endsAt: number
}

/** @param startsAt `HH:MM` on New York's wall clock, when the budget is renewed */
export function vendorDay(now: number, startsAt: string): VendorDay {
  const today = newYorkDate(now)
  const begins = newYorkInstant(today, startsAt)
  return now < begins
    ? { name: addDays(today, -1), endsAt: begins }
    : { name: today, endsAt: newYorkInstant(addDays(today, 1), startsAt) }
}
