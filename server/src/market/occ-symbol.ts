/** The OCC's name of a contract: root, `YYMMDD`, `C` or `P`, strike × 1000 in eight digits. */
import type { IsoDate, OptionSide } from '../scan/model.ts'

export interface OccSymbol {
  /** 1 to 6 characters. Not always the ticker: `BRKB`, `SPXW`, and `AAPL1` for an adjusted deliverable. */
  root: string
  expiration: IsoDate
  side: OptionSide
  /** USD per share, above 0. */
  strike: number
}

/**
 * Reads a symbol with or without padding. The last 15 characters have fixed places; what precedes them is the root.
 * Null when it is not one: a strike of zero or a date that does not exist makes it none.
 */
export function parseOccSymbol(text: string): OccSymbol | null {
  const match = /^([A-Z0-9]{1,6}) *(\d\d)(\d\d)(\d\d)([CP])(\d{8})$/.exec(text.trim())
  if (match === null) return null
  const [, root = '', year, month, day, letter, thousandths] = match
  const strike = Number(thousandths) / 1000
  if (strike === 0) return null
  if (!isDay(2000 + Number(year), Number(month), Number(day))) return null
  return { root, expiration: `20${year}-${month}-${day}`, side: letter === 'P' ? 'PUT' : 'CALL', strike }
}

/** The symbol without padding, e.g. `AAPL250620P00190000`. */
export function formatOccSymbol({ root, expiration, side, strike }: OccSymbol): string {
  const date = expiration.slice(2).replaceAll('-', '')
  // Rounded, because 1000 times a fraction such as 1.005 is not quite a whole number.
  const thousandths = String(Math.round(strike * 1000)).padStart(8, '0')
  return `${root}${date}${side === 'PUT' ? 'P' : 'C'}${thousandths}`
}

function isDay(year: number, month: number, day: number): boolean {
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate()
  return month >= 1 && month <= 12 && day >= 1 && day <= lastDay
}
