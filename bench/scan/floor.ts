/** The least that a scan can take, and what is allowed beyond it. */

export interface Case {
  tickers: number
  /** Tickers at the same time, in all workers together. */
  concurrency: number
  latencyMs: number
  /** Requests; null: no limit. */
  perSecond: number | null
}

/** Milliseconds: every place is busy from the first moment, and a limit is used to the full. */
export function floorMs({ tickers, concurrency, latencyMs, perSecond }: Case): number {
  const answers = Math.ceil(tickers / concurrency) * latencyMs
  return Math.max(answers, perSecond === null ? 0 : (tickers / perSecond) * 1000)
}

/** Milliseconds. */
export function allowedMs(measured: Case): number {
  return 1.1 * floorMs(measured) + 50
}
