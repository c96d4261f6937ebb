import type { MarketData } from '../scan/ports.ts'

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
export interface MarketDataProvider extends MarketData {
  /** Minutes between the market and the quotes; 0 is real time, null for simulated quotes. */
  readonly delayMinutes: number | null
}
