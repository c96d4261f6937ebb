/** Delta and implied volatility: the provider's where it has them, our own where it has not. */
import type { ChainModel } from './chain-model.ts'
import type { GreeksSource, OptionQuote } from './model.ts'

export interface Greeks {
  /** Signed fraction; null when neither the provider nor our model knows it. */
  delta: number | null
  /** Fraction a year, above 0; null when unknown. */
  impliedVolatility: number | null
  /** Whose delta it is. A volatility beside it is the same one's; beside NONE, the provider's. */
  greeksSource: GreeksSource
}

/**
 * The provider's delta when it is one; else ours, with the volatility that belongs to it; else none. Ours is dear
 * (see `ChainModel.greeksOf`): ask only for contracts that every criterion without a delta has let pass.
 */
export function withModelGreeks(quote: OptionQuote, model: Pick<ChainModel, 'greeksOf'>): Greeks {
  const { delta, impliedVolatility } = quote
  const theirs = impliedVolatility !== null && impliedVolatility > 0 ? impliedVolatility : null
  if (isKnownDelta(delta, quote)) return { delta, impliedVolatility: theirs, greeksSource: 'VENDOR' }
  const ours = model.greeksOf(quote)
  if (ours !== null) return { ...ours, greeksSource: 'MODEL' }
  return { delta: null, impliedVolatility: theirs, greeksSource: 'NONE' }
}

/**
 * Vendors say "not solved" with null, with −999, and with 0 beside an implied volatility of 0; a delta of the wrong
 * sign for its side is no delta either.
 */
export function isKnownDelta(
  delta: number | null,
  quote: Pick<OptionQuote, 'side' | 'impliedVolatility'>,
): boolean {
  if (delta === null || !Number.isFinite(delta) || Math.abs(delta) > 1) return false
  if (delta === 0) return quote.impliedVolatility !== null && quote.impliedVolatility > 0
  return delta < 0 === (quote.side === 'PUT')
}
