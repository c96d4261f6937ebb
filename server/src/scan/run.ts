/** One scan, from the first request to the last row. */
import pMap from 'p-map'
import { MarketDataError } from './errors.ts'
import { holdLease, LeaseLost } from './lease.ts'
import { completedAt, failedBecause, interruptedAt } from './messages.ts'
import type { EndState, TickerOutcome } from './model.ts'
import type { RunEnd, ScanCache, SeenPrice, StockList } from './ports.ts'
import { scanTicker, type TickerPorts, type TickerSettings } from './ticker.ts'

export interface RunPorts extends TickerPorts {
  cache: ScanCache
  stocks: StockList
}

export interface RunSettings extends TickerSettings {
  /** Tickers fetched at the same time. */
  concurrency: number
  leaseMs: number
}

export interface Run {
  runId: string
  symbols: string[]
  /** Aborted by whoever has already written the end of this run. */
  signal: AbortSignal
}

/** How the run ended; null when somebody else wrote its end. */
export type RunReport = { end: RunEnd; outcomes: TickerOutcome[] } | null

/** Scans the symbols under the lease that was just claimed for `runId`. Never throws. */
export async function runScan(ports: RunPorts, settings: RunSettings, run: Run): Promise<RunReport> {
  const { cache, clock, log } = ports
  const { runId, symbols } = run
  const lease = holdLease(cache, runId, settings.leaseMs, clock)
  const stop = AbortSignal.any([run.signal, lease.signal])
  const outcomes: TickerOutcome[] = []
  const prices: SeenPrice[] = []
  /** Why no further ticker is asked for; those under way are paid for, and still come in. */
  const budget: { spent: string | null } = { spent: null }

  async function scanOne(symbol: string): Promise<void> {
    if (budget.spent !== null) return
    await lease.write(() => cache.begin(runId, symbol))
    try {
      const { outcome, result, price } = await scanTicker(ports, settings, symbol, stop)
      await lease.write(() => cache.commit(runId, outcome, result))
      outcomes.push(outcome)
      if (price !== null) prices.push(price)
    } catch (error) {
      if (!(error instanceof MarketDataError)) throw error
      budget.spent = error.message
    }
  }

  try {
    await pMap(symbols, scanOne, { concurrency: settings.concurrency, signal: stop })
    await recordPrices(ports, prices)
    if (budget.spent !== null) return await finish('FAILED', failedBecause(budget.spent))
    const failed = outcomes.filter((outcome) => outcome.message !== null)
    if (failed.length < symbols.length)
      return await finish('COMPLETED', completedAt(clock.marketNow()), symbols)
    const reason = `none of the ${symbols.length} tickers could be read. ${failed[0]?.message ?? ''}`.trim()
    return await finish('FAILED', failedBecause(reason))
  } catch (error) {
    if (run.signal.aborted) return null
    if (error instanceof LeaseLost) {
      log.warn({ runId }, 'A scan lost its lease and stopped.')
      return await finish('INTERRUPTED', interruptedAt(clock.marketNow()))
    }
    log.error({ err: error, runId }, 'A scan broke.')
    return await finish('FAILED', failedBecause('something went wrong inside the scanner.'))
  } finally {
    lease.stop()
  }

  async function finish(state: EndState, lastRun: string, keep: string[] | null = null): Promise<RunReport> {
    const end: RunEnd = { state, lastRun, finishedAt: new Date(clock.now()).toISOString(), keep }
    try {
      // Being interrupted is what one says without the lease; a refusal then means that somebody else told the end.
      if (state !== 'INTERRUPTED') await lease.write(() => cache.finish(runId, end))
      else if (!(await cache.finish(runId, end))) return null
      return { end, outcomes }
    } catch (error) {
      if (run.signal.aborted) return null
      log.warn(
        { runId, reason: String(error) },
        'The end of a scan could not be written; the next sweep will mark it.',
      )
      return { end: { ...end, state: 'INTERRUPTED', lastRun: interruptedAt(clock.marketNow()) }, outcomes }
    }
  }
}

/** Prices are a by-product: without them the scan is still good. */
async function recordPrices({ stocks, log }: RunPorts, prices: SeenPrice[]): Promise<void> {
  try {
    await stocks.recordPrices(prices)
  } catch (error) {
    log.warn({ reason: String(error) }, 'The prices that the scan saw could not be stored.')
  }
}
