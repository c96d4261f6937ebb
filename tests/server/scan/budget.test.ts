/** A scan whose provider has nothing left for today, on every cache there is. */
import { describe, expect, test } from 'vitest'
import { MarketDataError } from '../../../server/src/scan/errors.ts'
import { runScan } from '../../../server/src/scan/run.ts'
import { cacheKinds } from '../../support/caches.ts'
import {
  defaultCriteria,
  chain,
  fakeMarket,
  fakeStocks,
  realClock,
  row,
  silentLog,
} from '../../support/fakes.ts'
import { pause } from '../../support/until.ts'

const symbols = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE']
const settings = {
  criteria: defaultCriteria,
  riskFreeRate: 0.045,
  concurrency: 2,
  leaseMs: 1_000,
  tickerTimeoutMs: 2_000,
}
const sentence = 'Vendor: today’s budget of 100 credits is used up; it is renewed at 09:30 (New York).'

describe.each(cacheKinds)('with the cache in $name', ({ open }) => {
  test('a scan whose budget runs out stops with that message, and keeps what it has and what is paid for', async () => {
    await using opened = await open({ clock: realClock, leaseMs: settings.leaseMs })
    const { cache } = opened
    const market = fakeMarket()
    // Bought before the budget ended, and answered after it.
    market.answers.set('BBB', async () => {
      await pause(100)
      return chain('BBB')
    })
    market.answers.set('CCC', () => Promise.reject(new MarketDataError('BUDGET_SPENT', sentence)))
    const stocks = fakeStocks(symbols)
    const startedAt = new Date().toISOString()
    await cache.claim({ runId: 'before', startedAt, symbols, corrupt: [] })
    const earlier = { symbol: 'EEE', contractsScreened: 1, contractsKept: 1, rejections: {}, nearMisses: [] }
    const seen = new Date(realClock.now() - 60_000).toISOString()
    await cache.commit('before', { ...earlier, message: null }, row('EEE', { scannedAt: seen }))
    await cache.finish('before', {
      state: 'COMPLETED',
      lastRun: '',
      finishedAt: startedAt,
      keep: ['EEE'],
    })

    await cache.claim({ runId: 'run', startedAt, symbols, corrupt: [] })
    const ports = {
      cache,
      marketData: market,
      stocks,
      clock: realClock,
      log: silentLog,
      expirationKindOf: () => 'WEEKLY' as const,
      tradingMinutesBetween: () => 0,
    }
    const report = await runScan(ports, settings, {
      runId: 'run',
      symbols,
      signal: new AbortController().signal,
    })

    expect(report?.end).toMatchObject({ state: 'FAILED', lastRun: `Scan failed: ${sentence}` })
    expect(market.asked).toEqual(['AAA', 'BBB', 'CCC'])
    const kept = await cache.read()
    expect(kept).toMatchObject({
      state: 'FAILED',
      lastRun: `Scan failed: ${sentence}`,
      scanInProgress: false,
    })
    expect(kept.progress.current).toEqual([])
    expect(kept.outcomes.map(({ symbol, message }) => [symbol, message])).toEqual([
      ['AAA', null],
      ['BBB', null],
    ])
    expect(kept.tickers.map(({ symbol }) => symbol)).toEqual(['AAA', 'BBB', 'EEE'])
    expect([...stocks.prices.keys()].toSorted()).toEqual(['AAA', 'BBB'])
  })
})
