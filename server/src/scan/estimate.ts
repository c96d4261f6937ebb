/** What a scan of the active stocks will take, told before it is started. */
import type { Criteria } from './criteria.ts'
import { NO_ACTIVE_STOCKS } from './messages.ts'
import type { Forecast, MarketData, PaceLimits, ScanRuns, StockList } from './ports.ts'

export interface ScanEstimate {
  /** Name of the provider that is asked first. */
  provider: string
  requests: number
  /** What the provider takes from the day's budget, at most; null when it counts nothing. */
  credits: number | null
  /** As long as the slower of the two takes: the provider's pace, and its answers. */
  durationMs: number
  /** Left today, in credits (in requests where `credits` is null); null when nothing counts. */
  budgetRemaining: number | null
  sufficient: boolean
  /** All of this, for a person. */
  message: string
}

export interface Estimator {
  estimate(): Promise<ScanEstimate>
}

export interface EstimatorPorts {
  marketData: MarketData
  stocks: StockList
  criteria: Pick<Criteria, 'current'>
  runs: Pick<ScanRuns, 'lastCompleted'>
}

/** Of a ticker, before the first scan with these providers. */
const ASSUMED_TICKER_MS = 1_000

export function createEstimator(
  { marketData, stocks, criteria, runs }: EstimatorPorts,
  settings: { concurrency: number },
): Estimator {
  /** As the last run that completed had it, on whatever server. */
  async function tickerMs(): Promise<number> {
    const last = await runs.lastCompleted(marketData.name)
    if (last === null || last.tickersDone === 0) return ASSUMED_TICKER_MS
    return (last.durationMs * Math.min(settings.concurrency, last.tickersDone)) / last.tickersDone
  }

  function durationOf(symbols: number, requests: number, limits: PaceLimits, eachMs: number): number {
    const lanes = Math.min(settings.concurrency, limits.concurrent ?? Infinity)
    return Math.max(
      Math.round(Math.ceil(symbols / lanes) * eachMs),
      paceMs(requests, limits.perSecond, 1_000),
      paceMs(requests, limits.perMinute, 60_000),
    )
  }

  return {
    async estimate() {
      const symbols = (await stocks.active()).length
      const forecast = await marketData.forecast(symbols, await criteria.current())
      const { provider, requests, credits, limits, budgetRemaining } = forecast
      const unavailable = symbols === 0 ? NO_ACTIVE_STOCKS : marketData.unavailable()
      const fits = budgetRemaining === null || (credits ?? requests) <= budgetRemaining
      const durationMs = durationOf(symbols, requests, limits, await tickerMs())
      return {
        provider,
        requests,
        credits,
        durationMs,
        budgetRemaining,
        sufficient: unavailable === null && fits,
        message: unavailable ?? sentence(forecast, durationMs, fits),
      }
    },
  }
}

/** How long the last of the requests has to wait for its turn. */
function paceMs(requests: number, limit: number | null, windowMs: number): number {
  return limit === null ? 0 : Math.max(0, Math.floor((requests - 1) / limit)) * windowMs
}

function sentence(forecast: Forecast, durationMs: number, fits: boolean): string {
  const { provider, fallbacks, requests, credits, budgetRemaining } = forecast
  const asked = `${count(requests, 'request')} to ${provider}`
  const cost = credits === null ? asked : `${asked}, at most ${count(credits, 'credit')}`
  const time = `about ${count(Math.max(1, Math.round(durationMs / 1000)), 'second')}`
  if (budgetRemaining === null) return `${cost}, ${time}.`
  const left = `${budgetRemaining.toLocaleString('en-US')} left today`
  if (fits) return `${cost} of the ${left}, ${time}.`
  return fallbacks.length === 0
    ? `${cost}, with ${left}: the scan may stop before its end, and what it has found until then stays.`
    : `${cost}, with ${left}: what is missing then is asked of ${fallbacks.join(' and ')}.`
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`
}
