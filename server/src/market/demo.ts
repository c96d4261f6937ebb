/**
 * A simulated market, for trying the scanner without an account anywhere, and for tests: the same seed and time give
 * the same quotes. It is open day and night, so that there is something to see whenever somebody looks; its quotes
 * are as of the moment they are asked for.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { MarketDataError } from '../scan/errors.ts'
import { failureOf } from './demo/failures.ts'
import { profileOf } from './demo/profile.ts'
import { between } from './demo/random.ts'
import type { MarketDataProvider } from './provider.ts'

/** The 26 stocks, four at a time, take about 8 seconds: long enough to watch, too short to leave. */
export const DEFAULT_DEMO_LATENCY_MS = 1200

export interface DemoOptions {
  clock: { marketNow(): number }
  /** Another seed is another market. */
  seed: string
  /** Average time to answer, at least 0; each answer takes between 40 and 160 % of it. */
  latencyMs: number
}

export function createDemoProvider({ clock, seed, latencyMs }: DemoOptions): MarketDataProvider {
  return {
    name: 'demo',
    description: 'Simulated market (not real quotes)',
    simulated: true,
    delayMinutes: null,
    limits: { perSecond: null, perMinute: null, perDay: null, concurrent: null },
    costOf: (symbols) => ({ requests: symbols, credits: null }),
    unavailable: () => null,
    async fetchChain(symbol, _criteria, signal) {
      await answerAfter(latencyMs * between(0.4, 1.6, seed, symbol, clock.marketNow(), 'latency'), signal)
      const profile = profileOf(symbol)
      if (profile === null) {
        throw new MarketDataError('UNKNOWN_SYMBOL', `The simulated market does not list ${symbol}.`)
      }
      const now = clock.marketNow()
      const failure = failureOf(seed, symbol, now)
      if (failure !== null) throw failure
      // Not with the server: only scans have a use for it.
      const { buildChain } = await import('./demo/chain.ts')
      return buildChain(seed, profile, now)
    },
  }
}

async function answerAfter(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  if (ms > 0) await pause(ms, undefined, { signal }).catch(() => undefined)
  // The timer rejects with an error of its own; who aborted wants to see the reason that they gave.
  signal.throwIfAborted()
}
