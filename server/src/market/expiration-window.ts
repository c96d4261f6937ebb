/** The days on which contracts of a scan may expire: what vendors are asked for. */
import type { IsoDate, ScanCriteria } from '../scan/model.ts'
import { addDays, newYorkDate } from '../scan/new-york.ts'
import { isTradingDay } from './calendar.ts'

/** Both days included. */
export interface ExpirationWindow {
  first: IsoDate
  last: IsoDate
}

type DaysToExpiration = Pick<ScanCriteria, 'minDaysToExpiration' | 'maxDaysToExpiration'>

/** Seen from the market clock's day in New York. Nothing that has expired is in it. */
export function expirationWindow(
  clock: { marketNow(): number },
  criteria: DaysToExpiration,
): ExpirationWindow {
  const today = newYorkDate(clock.marketNow())
  return {
    first: addDays(today, Math.max(0, criteria.minDaysToExpiration)),
    last: addDays(today, criteria.maxDaysToExpiration),
  }
}

/** As many expirations as the window can hold at most: the busiest symbols have one on each trading day. */
export function mostExpirations({ first, last }: ExpirationWindow): number {
  let count = 0
  for (let day = first; day <= last; day = addDays(day, 1)) if (isTradingDay(day)) count += 1
  return count
}
