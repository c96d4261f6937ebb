/**
 * Errors that a person can act on. Their messages are sentences for that person: no internals, no secrets.
 * Anything else that is thrown is a bug, is logged with a request id, and is masked.
 */

/** Redis (or whatever keeps the results) did not answer in time. */
export class CacheUnavailable extends Error {
  override name = 'CacheUnavailable'
  constructor(options?: ErrorOptions, message = 'The scan results store cannot be reached right now.') {
    super(message, options)
  }
}

/** It answers, but has no room for more. Trying again in a moment does not help. */
export class CacheFull extends CacheUnavailable {
  override name = 'CacheFull'
  constructor(options?: ErrorOptions) {
    super(options, 'The scan results store is full.')
  }
}

/** The database does not answer. What was about to be written may have been, or not. */
export class DatabaseAway extends Error {
  override name = 'DatabaseAway'
  readonly code = 'DATABASE_UNAVAILABLE'
  constructor(options?: ErrorOptions) {
    super('The database cannot be reached right now. Try again in a moment.', options)
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
