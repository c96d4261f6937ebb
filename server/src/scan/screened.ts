/** What becomes of a chain: a row of the contracts worth selling, and an outcome that says why the others are not. */
import { createChainModel } from './chain-model.ts'
import { MarketDataError } from './errors.ts'
import type { Instant, OptionChain } from './model.ts'
import { newYorkDate } from './new-york.ts'
import { screenChain, type ScreeningContext } from './screen.ts'
import type { ScannedTicker, TickerPorts, TickerSettings } from './ticker.ts'

/** @throws MarketDataError when the chain says nothing of the stock's price */
export function screened(
  { clock, expirationKindOf, tradingMinutesBetween }: TickerPorts,
  settings: TickerSettings,
  chain: OptionChain,
): ScannedTicker {
  const { symbol, source, delayMinutes, underlyingPrice, quotedAt } = chain
  if (underlyingPrice === null || !(underlyingPrice > 0)) {
    throw new MarketDataError(
      'BAD_RESPONSE',
      `${symbol} came without a stock price, so its options cannot be judged.`,
    )
  }
  const marketNow = clock.marketNow()
  const { riskFreeRate: rate } = settings
  const quotedAtMs = quotedAt === null ? marketNow : Date.parse(quotedAt)
  const context: ScreeningContext = {
    ...settings,
    underlyingPrice,
    today: newYorkDate(marketNow),
    expirationKindOf,
    model: createChainModel(chain.quotes, { underlyingPrice, quotedAtMs, rate }),
    delayMinutes,
    quoteAgeOf: (quote) => {
      const at = quote.quotedAt ?? quotedAt
      return at === null ? null : tradingMinutesBetween(Date.parse(at), marketNow)
    },
  }
  const { kept, screened, rejections, nearMisses } = screenChain(chain, context)
  const scannedAt: Instant = new Date(clock.now()).toISOString()
  const reasons = { rejections, nearMisses }
  const row = {
    symbol,
    source,
    delayMinutes,
    scannedAt,
    quotedAt,
    underlyingPrice,
    ...reasons,
    options: kept,
  }
  const price = { symbol, price: underlyingPrice, pricedAt: quotedAt ?? scannedAt, source }
  const counts = { contractsScreened: screened, contractsKept: kept.length }
  return {
    outcome: { symbol, ...counts, ...reasons, price, message: null },
    result: kept.length === 0 ? null : row,
  }
}
