/** Providers with a stopwatch: how long each takes for a ticker, and what it could not give. */
import { MarketDataError } from '../scan/errors.ts'
import type { MarketData } from '../scan/ports.ts'
import type { Metrics } from './metrics.ts'
import { inChildSpan } from './spans.ts'

/** One provider, before it stands in a list with others. */
export function measuredProvider<T extends Pick<MarketData, 'name' | 'fetchChain'>>(
  provider: T,
  metrics: Metrics,
): T {
  const { name } = provider
  return {
    ...provider,
    async fetchChain(symbol, criteria, signal) {
      const end = metrics.providerDuration.startTimer({ provider: name })
      try {
        const attributes = { 'wheel.provider': name, 'wheel.symbol': symbol }
        const chain = await inChildSpan('provider.fetch', attributes, () =>
          provider.fetchChain(symbol, criteria, signal),
        )
        end({ outcome: 'ok' })
        return chain
      } catch (error) {
        end({ outcome: signal.aborted ? 'aborted' : 'failed' })
        // Who is told to stop has not failed.
        if (!signal.aborted) metrics.providerErrors.inc({ provider: name, fault: faultOf(error) })
        throw error
      }
    },
  }
}

function faultOf(error: unknown): string {
  return error instanceof MarketDataError ? error.fault : 'BUG'
}
