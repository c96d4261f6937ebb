/** Days and times of New York, where the exchange is. Days are `YYYY-MM-DD`; instants are milliseconds since 1970. */
import type { IsoDate } from './model.ts'
const DAY_MS = 86_400_000
const format = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York', hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' })
export function newYorkDateTime(ms: number): string { return format.format(ms).replace(', ', ' ') }
export function newYorkDate(ms: number): IsoDate { return newYorkDateTime(ms).slice(0, 10) }
export function daysBetween(from: IsoDate, to: IsoDate): number { return (Date.parse(to) - Date.parse(from)) / DAY_MS }
export function addDays(date: IsoDate, days: number): IsoDate { return new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10) }
