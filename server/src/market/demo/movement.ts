/**
 * Where price and volatility are at a moment: functions of seed, symbol and time, so that every server sees the same
 * market, and one that restarts finds it where it was.
 */
import type { Profile } from './profile.ts'
import { smoothNoise } from './random.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Waves of ever shorter length, each about as high as a random walk gets in that time. They add up to 11 %. */
const waves = [
  { lengthMs: 23 * DAY_MS, height: 0.06 },
  { lengthMs: 6 * DAY_MS, height: 0.03 },
  { lengthMs: 1.3 * DAY_MS, height: 0.012 },
  { lengthMs: 4 * HOUR_MS, height: 0.006 },
  { lengthMs: 31 * MINUTE_MS, height: 0.0022 },
  { lengthMs: 4 * MINUTE_MS, height: 0.0008 },
]

/** USD, whole cents, within 12 % of the base price. Calm stocks stay closer to it. */
export function priceAt(seed: string, profile: Profile, ms: number): number {
  const { symbol, basePrice, volatility } = profile
  const reach = Math.min(1, Math.max(0.35, volatility / 0.7))
  let drift = 0
  for (const { lengthMs, height } of waves) {
    drift += height * smoothNoise(ms / lengthMs, seed, symbol, 'price', lengthMs)
  }
  return Math.round(basePrice * Math.exp(reach * drift) * 100) / 100
}

/** Implied volatility at the money in 30 days, fraction a year: within 4 % of the profile's. */
export function volatilityAt(seed: string, profile: Profile, ms: number): number {
  return profile.volatility * (1 + 0.04 * smoothNoise(ms / (3 * DAY_MS), seed, profile.symbol, 'volatility'))
}
