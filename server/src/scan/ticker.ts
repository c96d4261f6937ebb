/** One ticker of a scan: fetch its chain, screen it, and say what became of it. */
import { MarketDataError } from './errors.ts'
import type { ScanCriteria, TickerOutcome, TickerResult } from './model.ts'
import type { Clock, Log, MarketData } from './ports.ts'
import type { ScreeningContext } from './screen.ts'

export interface TickerPorts {
  marketData: MarketData
  expirationKindOf: ScreeningContext['expirationKindOf']
  /** Minutes during which the exchange traded between two instants, in milliseconds since 1970. */
  tradingMinutesBetween: (from: number, to: number) => number
  clock: Clock
  log: Log
}

export interface TickerSettings {
  criteria: ScanCriteria
  /** Fraction a year. */
  riskFreeRate: number
  /** A ticker that takes longer than this has failed. */
  tickerTimeoutMs: number
}

export interface ScannedTicker {
  outcome: TickerOutcome
  /** Null when nothing was kept, or the ticker failed. */
  result: TickerResult | null
}

/**
 * Every trouble is the outcome's message, except:
 * @throws the reason of `stop` once it is aborted
 * @throws MarketDataError BUDGET_SPENT, which is the whole scan's trouble
 */
export async function scanTicker(
  ports: TickerPorts,
  settings: TickerSettings,
  symbol: string,
  stop: AbortSignal,
): Promise<ScannedTicker> {
  const timeout = AbortSignal.timeout(settings.tickerTimeoutMs)
  try {
    const signal = AbortSignal.any([stop, timeout])
    const fetching = ports.marketData.fetchChain(symbol, settings.criteria, signal)
    // Loaded while the provider is asked: a start has no use for it.
    const [{ screened }, chain] = await Promise.all([
      import('./screened.ts'),
      Promise.race([fetching, rejectionOf(signal)]),
    ])
    return screened(ports, settings, chain)
  } catch (error) {
    stop.throwIfAborted()
    if (error instanceof MarketDataError && error.fault === 'BUDGET_SPENT') throw error
    return { outcome: failedOutcome(symbol, failureMessage(error)), result: null }
  }

  function failureMessage(error: unknown): string {
    if (error instanceof MarketDataError) return error.message
    if (timeout.aborted) return `${symbol} took longer than ${settings.tickerTimeoutMs / 1000} seconds.`
    ports.log.error({ err: error, symbol }, 'A ticker broke the scanner.')
    return `Something went wrong while scanning ${symbol}.`
  }
}

/** A provider that does not heed the signal holds nobody up. */
function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = () => reject(signal.reason as Error)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}

export function failedOutcome(symbol: string, message: string): TickerOutcome {
  const nothing = { contractsScreened: 0, contractsKept: 0, rejections: {}, nearMisses: [], price: null }
  return { symbol, ...nothing, message }
}
