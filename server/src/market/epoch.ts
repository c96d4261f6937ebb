/** Moments that vendors tell as numbers. */
import type { Instant, OptionQuote } from '../scan/model.ts'

/** The last moment whose text sorts with the others: after it, years have more than four digits. */
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z')

/** `ms` since 1970 as an instant; null when the vendor gives none: vendors write 0 for "never". */
export function instantFromEpoch(ms: number | null | undefined): Instant | null {
  return ms != null && ms > 0 && ms <= LAST_MS ? new Date(ms).toISOString() : null
}

/** When the newest of these quotes was made; null when none says so. */
export function newestQuote(quotes: readonly OptionQuote[]): Instant | null {
  let newest: Instant | null = null
  for (const { quotedAt } of quotes) {
    if (quotedAt !== null && (newest === null || quotedAt > newest)) newest = quotedAt
  }
  return newest
}
