/** How many contracts are open, and how many changed hands today. */
import type { OptionQuote, OptionSide } from '../../scan/model.ts'
import type { Smile } from './smile.ts'

export interface ActivityInputs {
  smile: Smile
  side: OptionSide
  strike: number
  /** 0 to 1. */
  liquidity: number
  /** 0 to 1, one per contract: how popular it happens to be. */
  popularity: number
  /** 0 to 1, one per contract and day: how busy its day is. */
  bustle: number
}

export type Activity = Pick<OptionQuote, 'openInterest' | 'volume'>

/** People like strikes near the money, a little out of it, and round ones. */
export function activityOf(inputs: ActivityInputs): Activity {
  const { smile, side, strike, liquidity, popularity, bustle } = inputs
  const outward = (side === 'PUT' ? -1 : 1) * smile.distance(strike)
  const nearness = Math.exp(-0.5 * ((outward - 0.5) / 1.4) ** 2)
  const roundness = strike % 50 === 0 ? 4 : strike % 10 === 0 ? 2.5 : strike % 5 === 0 ? 1.6 : 1
  const crowd = 6000 * liquidity ** 2 * (0.4 + 1.2 * popularity) ** 2
  const openInterest = Math.round(crowd * roundness * (nearness + 0.01))
  // Most of a day's trade is in what expires soon.
  const turnover = (0.05 + 0.5 * Math.exp(-smile.years * 30)) * bustle ** 2
  return { openInterest, volume: Math.round(openInterest * turnover) }
}
