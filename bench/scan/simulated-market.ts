/** A market of any size whose every answer takes the same time, and whose chains are the simulated market's. */
import { setTimeout as pause } from 'node:timers/promises'
import { buildChain } from '../../server/src/market/demo/chain.ts'
import { profileOf } from '../../server/src/market/demo/profile.ts'
import { demoStocks } from '../../server/src/market/demo/stocks.ts'
import type { LimiterHooks } from '../../server/src/market/limited.ts'
import type { MarketDataProvider } from '../../server/src/market/provider.ts'
import { isKnownDelta } from '../../server/src/scan/greeks.ts'
import type { OptionChain } from '../../server/src/scan/model.ts'

/** A Friday, 14:00 in New York: the market clock stands still there, so that every scan sees the same. */
export const MARKET_NOW = Date.parse('2025-06-06T18:00:00Z')
/** What a vendor is asked for by default: expirations of the next 28 days. */
const LAST_EXPIRATION = '2025-07-04'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** So many different symbols, of four letters each. */
export function symbolsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    [17_576, 676, 26, 1].map((place) => LETTERS[Math.floor(index / place) % 26]).join(''),
  )
}

/**
 * Of the simulated market's 26 stocks, two in five of which have contracts worth keeping. Without the rows that a vendor
 * has not solved: real vendors have few.
 */
function makeChains(): OptionChain[] {
  return demoStocks.flatMap(({ symbol }) => {
    const profile = profileOf(symbol)
    if (profile === null) return []
    const chain = buildChain('bench', profile, MARKET_NOW)
    const asked = chain.quotes.filter(
      (quote) => quote.expiration <= LAST_EXPIRATION && isKnownDelta(quote.delta, quote),
    )
    return [{ ...chain, quotes: asked }]
  })
}

/** @param latencyMs from being admitted to the answer */
export function createSimulatedMarket(latencyMs: number, hooks: LimiterHooks): MarketDataProvider {
  const chains = makeChains()
  return {
    name: 'demo',
    description: 'Simulated market (not real quotes)',
    simulated: true,
    delayMinutes: null,
    limits: { perSecond: null, perMinute: null, perDay: null, concurrent: null },
    costOf: (symbols) => ({ requests: symbols, credits: null }),
    unavailable: () => null,
    async fetchChain(symbol, _criteria, signal) {
      await hooks.admit(signal)
      await pause(latencyMs, undefined, { signal })
      hooks.onHeaders(new Headers())
      const chain = chains[placeOf(symbol) % chains.length]
      if (chain === undefined) throw new Error('The simulated market has no stocks.')
      return { ...chain, symbol }
    },
  }
}

/** The inverse of `symbolsOf`. */
function placeOf(symbol: string): number {
  return symbol.split('').reduce((place, letter) => place * 26 + LETTERS.indexOf(letter), 0)
}
