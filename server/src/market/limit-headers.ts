/** What vendors say about their own limits, in the headers of any answer. */

export interface LimitNews {
  /** What this request took from the budget; null when not said. */
  consumed: number | null
  /** What is left until `renewedAt`; may be below 0; null when not said. */
  left: number | null
  /** In milliseconds since 1970; null when not said. */
  renewedAt: number | null
}

/** marketdata.app counts credits (`X-Api-Ratelimit-…`), Tradier requests (`X-Ratelimit-…`). */
export function readLimitHeaders(headers: Headers): LimitNews {
  return {
    consumed: amount(headers, 'x-api-ratelimit-consumed'),
    left: amount(headers, 'x-api-ratelimit-remaining') ?? amount(headers, 'x-ratelimit-available'),
    renewedAt: instant(headers, 'x-api-ratelimit-reset') ?? instant(headers, 'x-ratelimit-expiry'),
  }
}

/** Anything but a whole number counts as not said. */
function amount(headers: Headers, name: string): number | null {
  const text = headers.get(name)?.trim() ?? ''
  return /^-?\d{1,15}$/.test(text) ? Number(text) : null
}

/** Seconds (marketdata.app) or milliseconds (Tradier) since 1970: seconds stay below 10¹¹ until the year 5138. */
function instant(headers: Headers, name: string): number | null {
  const value = amount(headers, name)
  if (value === null || value <= 0) return null
  return value < 1e11 ? value * 1000 : value
}
