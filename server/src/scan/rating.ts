/** A contract against what its stock is worth. Ratings are computed when read, so a changed value shows at once. */
import type { Rating, Stock } from './model.ts'

/** The preferred model's value, USD per share; null when that model has none (the other one does not stand in). */
export function intrinsicValueOf(stock: Stock): number | null {
  const chosen = stock.preferredModel === 'EPS' ? stock.intrinsicValueEps : stock.intrinsicValueFcf
  return chosen?.value ?? null
}

export function ratingOf(strike: number, intrinsicValue: number | null): Rating {
  if (intrinsicValue === null) return 'UNKNOWN'
  return strike <= intrinsicValue ? 'GOOD' : 'HIGH'
}

/** GOOD when any of the contracts is, HIGH when none is, UNKNOWN without a value. */
export function tickerRating(strikes: number[], intrinsicValue: number | null): Rating {
  if (intrinsicValue === null) return 'UNKNOWN'
  return strikes.some((strike) => strike <= intrinsicValue) ? 'GOOD' : 'HIGH'
}

/** How far the price is below the value, in percent of the value; negative is overvalued. */
export function discountPercent(stock: Stock): number | null {
  const value = intrinsicValueOf(stock)
  if (value === null || stock.price === null) return null
  return ((value - stock.price) / value) * 100
}
