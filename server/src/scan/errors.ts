/**
 * Errors that a person can act on. Their messages are sentences for that person: no internals, no secrets.
 * Anything else that is thrown is a bug, is logged with a request id, and is masked.
 */

/** Redis (or whatever keeps the results) did not answer in time. */
export class CacheUnavailable extends Error {
  override name = 'CacheUnavailable'
  constructor(options?: ErrorOptions) {
    super('The scan results store cannot be reached right now.', options)
  }
}

export type MarketDataFault =
  | 'UNKNOWN_SYMBOL'
  | 'RATE_LIMITED'
  /** The day's budget is gone: no other ticker can be had either, so a scan ends. */
  | 'BUDGET_SPENT'
  | 'UNAVAILABLE'
  | 'TIMED_OUT'
  | 'BAD_RESPONSE'

/** A provider could not give a ticker's options. The message names the provider and says what happened. */
export class MarketDataError extends Error {
  override name = 'MarketDataError'
  readonly fault: MarketDataFault
  constructor(fault: MarketDataFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}

/** What a person entered cannot be; the message says what to enter instead. Nothing was changed. */
export class BadInput extends Error {
  override name = 'BadInput'
  readonly code = 'BAD_INPUT'
}

/** What was asked of the stock list cannot be done: the message says why, `code` tells programs. */
export class StockListError extends Error {
  override name = 'StockListError'
  readonly code: 'NOT_FOUND' | 'ALREADY_LISTED' | 'BAD_INPUT'
  constructor(code: 'NOT_FOUND' | 'ALREADY_LISTED' | 'BAD_INPUT', message: string) {
    super(message)
    this.code = code
  }
}
