/** A provider together with its limiter: each needs the other, and nobody else needs to know. */
import { createLimiter, type Limiter, type LimiterOptions } from './limiter.ts'
import type { MarketDataProvider, ProviderLimits } from './provider.ts'

export interface LimitedOptions extends Omit<LimiterOptions, 'limits' | 'reserve'> {
  /** Instead of what the provider itself says, e.g. the budget of somebody's plan. */
  limits?: Partial<ProviderLimits>
}

/** What a provider hands on to its `VendorHttp`. */
export interface LimiterHooks {
  admit: Limiter['admit']
  onHeaders: Limiter['observe']
}

/** @param make builds the provider, and asks nothing yet */
export function createLimited(
  options: LimitedOptions,
  make: (hooks: LimiterHooks) => MarketDataProvider,
): MarketDataProvider {
  /** What a whole symbol costs, and so at least what any request for it does; as of the latest criteria. */
  let reserve = 1
  const limiter = createLimiter({ ...options, limits: () => limits, reserve: () => reserve })
  const provider = make({ admit: limiter.admit, onHeaders: limiter.observe })
  const limits: ProviderLimits = { ...provider.limits, ...options.limits }

  return {
    ...provider,
    limits,
    unavailable: () => provider.unavailable() ?? limiter.unavailable(),
    budgetRemaining: limiter.budgetRemaining,
    fetchChain(symbol, criteria, signal) {
      reserve = provider.costOf(1, criteria).credits ?? 1
      return provider.fetchChain(symbol, criteria, signal)
    },
  }
}
