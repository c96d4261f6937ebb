import type { Tone } from '../ui/tone.ts'

export interface DiscountTier {
  /** Percent below the intrinsic value, at least. */
  from: number
  word: string
  tone: Tone
}

export const discountTiers: readonly DiscountTier[] = [
  { from: 30, word: 'Deep', tone: 'good' },
  { from: 20, word: 'Large', tone: 'warn' },
  { from: 10, word: 'Moderate', tone: 'mild' },
  { from: 0, word: 'Slight', tone: 'calm' },
]

/** Null at or above the intrinsic value. */
export function discountTier(discountPercent: number): DiscountTier | null {
  return discountPercent > 0 ? (discountTiers.find(({ from }) => discountPercent >= from) ?? null) : null
}

/** Stocks below their intrinsic value, the cheapest first. */
export function undervalued<S extends { symbol: string; discountPercent: number | null }>(stocks: S[]) {
  return stocks
    .flatMap((stock) => {
      const { discountPercent } = stock
      const tier = discountPercent === null ? null : discountTier(discountPercent)
      return tier === null || discountPercent === null ? [] : [{ stock, tier, discountPercent }]
    })
    .toSorted((a, b) => b.discountPercent - a.discountPercent || (a.stock.symbol < b.stock.symbol ? -1 : 1))
}
