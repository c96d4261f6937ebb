/** Which contracts are listed: expirations by the exchange's calendar, strikes on its grid. */
import type { IsoDate } from '../../scan/model.ts'
import { addDays, daysBetween, weekdayOf } from '../../scan/new-york.ts'
import { isTradingDay, monthlyExpiration, weeklyExpiration } from '../calendar.ts'
import type { Profile } from './profile.ts'

const [MONDAY, WEDNESDAY] = [1, 3]
const WEEKLY_WEEKS = 5
const MIDWEEK_DAYS = 12
const MONTHLY_MONTHS = 4
/** Months that are listed years ahead. */
const longTermMonths = [1, 6]
const LONG_TERM_YEARS = 2
/** Options within this many days have the weeklies' narrow grid of strikes, whatever the day they expire on. */
const NEAR_DAYS = 50

/** From `today` on, sorted. */
export function expirationsOf(profile: Profile, today: IsoDate): IsoDate[] {
  const year = Number(today.slice(0, 4))
  const month = Number(today.slice(5, 7))
  const listed = new Set<IsoDate>()
  for (let week = 0; week <= WEEKLY_WEEKS; week += 1) listed.add(weeklyExpiration(addDays(today, 7 * week)))
  for (let ahead = 0; ahead <= MONTHLY_MONTHS; ahead += 1) {
    listed.add(monthlyExpiration(year + Math.floor((month - 1 + ahead) / 12), ((month - 1 + ahead) % 12) + 1))
  }
  for (let ahead = 0; ahead <= LONG_TERM_YEARS; ahead += 1) {
    for (const longTerm of longTermMonths) listed.add(monthlyExpiration(year + ahead, longTerm))
  }
  if (profile.midweek) {
    for (let ahead = 0; ahead <= MIDWEEK_DAYS; ahead += 1) {
      const date = addDays(today, ahead)
      if ([MONDAY, WEDNESDAY].includes(weekdayOf(date)) && isTradingDay(date)) listed.add(date)
    }
  }
  return [...listed].filter((date) => date >= today).sort()
}

/** Around the base price, sorted, so that a contract stays listed while the price moves. */
export function strikesOf(profile: Profile, today: IsoDate, expiration: IsoDate): number[] {
  const { basePrice, volatility } = profile
  const days = daysBetween(today, expiration)
  const step = strikeStep(basePrice, days)
  const reach = Math.min(0.6, 0.13 + 1.6 * volatility * Math.sqrt(Math.min(Math.max(days, 21), 365) / 365))
  const strikes: number[] = []
  const lowest = Math.max(step, Math.ceil((basePrice * (1 - reach)) / step) * step)
  for (let strike = lowest; strike <= basePrice * (1 + reach); strike += step) {
    // Far from the money every other strike is left out.
    const isFar = Math.abs(strike / basePrice - 1) > 0.16
    if (!isFar || Number.isInteger(strike / (2 * step))) strikes.push(strike)
  }
  return strikes
}

/** USD between strikes: 0.5, 1, 2.5, 5 or 10, all of them exact in binary, so that they add up without error. */
export function strikeStep(price: number, days: number): number {
  const steps = [0.5, 1, 2.5, 5, 10]
  const near = price < 40 ? 0 : price < 120 ? 1 : price < 400 ? 2 : price < 600 ? 3 : 4
  const coarser = days <= NEAR_DAYS ? 0 : days <= 270 ? 1 : 2
  return steps[Math.min(near + coarser, steps.length - 1)] ?? 10
}
