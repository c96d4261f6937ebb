/** One ticker of a scan: fetch its chain, screen it, and say what became of it. */
import { MarketDataError } from './errors.ts'
import type { Instant, OptionChain, ScanCriteria, TickerOutcome, TickerResult } from './model.ts'
import { newYorkDate } from './new-york.ts'
import type { Clock, Log, MarketData, SeenPrice } from './ports.ts'
import { screenChain } from './screen.ts'

export interface TickerPorts {
  marketData: MarketData
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
  /** Null when the ticker failed. */
  price: SeenPrice | null
}

/** @throws the reason of `stop` once it is aborted; every other trouble is the outcome's message. */
export async function scanTicker(
  ports: TickerPorts,
  settings: TickerSettings,
  symbol: string,
  stop: AbortSignal,
): Promise<ScannedTicker> {
  const timeout = AbortSignal.timeout(settings.tickerTimeoutMs)
  try {
    const signal = AbortSignal.any([stop, timeout])
    return judge(ports, settings, await ports.marketData.fetchChain(symbol, settings.criteria, signal))
  } catch (error) {
    stop.throwIfAborted()
    const failed = { symbol, contractsScreened: 0, contractsKept: 0, rejections: {} }
    return { outcome: { ...failed, message: failureMessage(error) }, result: null, price: null }
  }

  function failureMessage(error: unknown): string {
    if (error instanceof MarketDataError) return error.message
    if (timeout.aborted) return `${symbol} took longer than ${settings.tickerTimeoutMs / 1000} seconds.`
    ports.log.error({ err: error, symbol }, 'A ticker broke the scanner.')
    return `Something went wrong while scanning ${symbol}.`
  }
}

function judge(
  { marketData, clock }: TickerPorts,
  settings: TickerSettings,
  chain: OptionChain,
): ScannedTicker {
  const { symbol, underlyingPrice, quotedAt } = chain
  if (underlyingPrice === null || !(underlyingPrice > 0)) {
    throw new MarketDataError(
      'BAD_RESPONSE',
      `${symbol} came without a stock price, so its options cannot be judged.`,
    )
  }
  const today = newYorkDate(clock.marketNow())
  const { kept, screened, rejections } = screenChain(chain, { ...settings, underlyingPrice, today })
  const scannedAt: Instant = new Date(clock.now()).toISOString()
  const source = marketData.name
  return {
    outcome: { symbol, contractsScreened: screened, contractsKept: kept.length, rejections, message: null },
    result:
      kept.length === 0 ? null : { symbol, source, scannedAt, quotedAt, underlyingPrice, options: kept },
    price: { symbol, price: underlyingPrice, pricedAt: quotedAt ?? scannedAt, source },
  }
}
