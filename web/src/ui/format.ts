/** Numbers as people read them: en-US, units in the header or beside the number. */

export const dash = '–'

const usdFormat = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' })
const integerFormat = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const plainFormat = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 })

export const usd = (value: number | null) => (value === null ? dash : usdFormat.format(value))
export const integer = (value: number | null) => (value === null ? dash : integerFormat.format(value))
/** As few digits as it takes. */
export const plain = (value: number) => plainFormat.format(value)

const deltaFormat = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 4 })
const fixedFormat = (digits: number) =>
  new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
/** Made once: to make one takes as long as to format a row. */
const fixedFormats = { 1: fixedFormat(1), 2: fixedFormat(2), 3: fixedFormat(3) }

/** A limit on |delta|: two digits, or as many as it takes. */
export const deltaLimit = (value: number) => deltaFormat.format(value)

/** For a column whose unit stands in its header. */
export const fixed = (value: number | null, digits: keyof typeof fixedFormats) =>
  value === null ? dash : fixedFormats[digits].format(value)

/** `value` in percent. */
export const percent = (value: number | null, digits: keyof typeof fixedFormats = 1) =>
  value === null ? dash : `${fixed(value, digits)} %`

export const count = (number: number, noun: string) => `${integer(number)} ${noun}${number === 1 ? '' : 's'}`

const dayFormat = new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric', timeZone: 'UTC' })
const weekdayFormat = new Intl.DateTimeFormat('en-US', {
  weekday: 'short',
  month: 'short',
  day: 'numeric',
  timeZone: 'UTC',
})

/** A New York day, `YYYY-MM-DD`: e.g. `Jun 20`. */
export const day = (date: string) => dayFormat.format(new Date(`${date}T00:00Z`))
/** E.g. `Fri, Jun 20`. */
export const weekday = (date: string) => weekdayFormat.format(new Date(`${date}T00:00Z`))

const moment: Intl.DateTimeFormatOptions = {
  weekday: 'short',
  month: 'short',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
}
const newYorkMoment = new Intl.DateTimeFormat('en-US', { ...moment, timeZone: 'America/New_York' })
const localMoment = new Intl.DateTimeFormat(undefined, { ...moment, timeZoneName: 'short' })

const localDate = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** What a person did, where that person is: e.g. `Jun 20, 2025, 3:44 PM`. */
export const localTime = (instant: string) => localDate.format(new Date(instant))

/** E.g. `Fri, Jun 20, 3:44 PM`. */
export const newYorkTime = (instant: string) => newYorkMoment.format(new Date(instant))

/** An instant where the exchange is and, when clocks differ, where the reader is. */
export function momentInBothZones(instant: string): string {
  const date = new Date(instant)
  const there = `${newYorkMoment.format(date)} New York time`
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone
  return here === 'America/New_York' ? there : `${there} (${localMoment.format(date)} where you are)`
}

/** How long ago, coarsely: `just now`, `4 min ago`, `2 h ago`, `3 d ago`. */
export function ago(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes} min ago`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} d ago`
}

/** A running time: `7.4 s`, `1 min 05 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`
}
