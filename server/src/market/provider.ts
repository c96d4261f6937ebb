import type { ScanCriteria } from '../scan/model.ts'
import type { MarketData, PaceLimits } from '../scan/ports.ts'

/**
 * A source of option quotes: one file of this folder each, nothing vendor-specific outside of it.
 *
 * To add one: write `market/<name>.ts` with a `create…Provider(options): MarketDataProvider`, add its name and
 * settings to `env.ts`, and its line to `deps.ts`. What every provider promises:
 *
 * - The vendor's payload is parsed before it becomes an `OptionChain`. A row that cannot be read counts in
 *   `badRows`; a response that cannot be read is a `MarketDataError`; neither is guessed at.
 * - Null stays null and zero stays zero: screening decides what an unsolved delta or a missing bid means.
 * - `quotedAt` is the market's time, not the time of the request.
 * - Requests end at a time-out, are repeated with growing pauses on 429 and 5xx only, and stop at once when the
 *   signal is aborted.
 * - An error's message is a sentence for a person, and holds no secret.
 */
export interface MarketDataProvider extends Omit<MarketData, 'sources' | 'forecast'> {
  /** Minutes between the market and the quotes; 0 is real time, null for simulated quotes. */
  readonly delayMinutes: number | null
  /** What the vendor allows, in its own terms; null where it sets no limit, or publishes none. */
  readonly limits: ProviderLimits
  /** What asking for these symbols will cost, before any is asked for: as close as can be known, never too low. */
  costOf(symbols: number, criteria: ScanCriteria): RequestCost
  /** What is left of the day's budget, in the unit of `perDay`; null or absent when nobody counts. */
  budgetRemaining?(): Promise<number | null>
}

export interface ProviderLimits extends PaceLimits {
  /** Credits where the vendor counts those, otherwise requests. */
  perDay: number | null
}

export interface RequestCost {
  /** HTTP requests. */
  requests: number
  /** What the vendor takes from the day's budget; null when it counts nothing. */
  credits: number | null
}
