/** Providers in order: what one cannot give, the next is asked for. Chains and rows say which one answered. */
import { MarketDataError } from '../scan/errors.ts'
import type { MarketData } from '../scan/ports.ts'
import type { MarketDataProvider } from './provider.ts'

/** @param providers at least one; the scanner's market data, also when it is one only */
export function createFallback(providers: readonly MarketDataProvider[]): MarketData {
  const [first] = providers
  if (first === undefined) throw new Error('A list of providers needs at least one.')

  return {
    name: providers.map(({ name }) => name).join('+'),
    sources: providers.map(({ name }) => name),
    description: providers.map(({ description }) => description).join('; then '),
    simulated: providers.every(({ simulated }) => simulated),

    unavailable() {
      const reasons = providers.map((provider) => provider.unavailable())
      return reasons.every((reason) => reason !== null) ? reasons.join(' ') : null
    },

    async forecast(symbols, criteria) {
      const asked = providers.find((provider) => provider.unavailable() === null) ?? first
      const { perSecond, perMinute, concurrent } = asked.limits
      return {
        provider: asked.name,
        fallbacks: providers.slice(providers.indexOf(asked) + 1).map(({ name }) => name),
        ...asked.costOf(symbols, criteria),
        limits: { perSecond, perMinute, concurrent },
        budgetRemaining: (await asked.budgetRemaining?.()) ?? null,
      }
    },

    async fetchChain(symbol, criteria, signal) {
      const failures: MarketDataError[] = []
      for (const provider of providers) {
        try {
          const chain = await provider.fetchChain(symbol, criteria, signal)
          // Without a stock price nothing can be judged: that is no answer yet.
          if (chain.underlyingPrice !== null || providers.length === 1) return chain
          failures.push(noPrice(provider, symbol))
        } catch (error) {
          signal.throwIfAborted()
          if (!(error instanceof MarketDataError)) throw error
          failures.push(error)
        }
      }
      throw inOne(failures)
    },
  }
}

function noPrice({ name }: MarketDataProvider, symbol: string): MarketDataError {
  return new MarketDataError('BAD_RESPONSE', `${symbol} came without a stock price from ${name}.`)
}

/** Each message names its provider. The budget is spent only where it is spent at all of them. */
function inOne(failures: MarketDataError[]): MarketDataError {
  const telling = failures.findLast(({ fault }) => fault !== 'BUDGET_SPENT')
  const message = failures.map((failure) => failure.message).join(' ')
  return new MarketDataError(telling?.fault ?? 'BUDGET_SPENT', message, { cause: failures })
}
