/** A scan whose provider has nothing left for today, on every cache there is. */
import { describe, expect, test } from 'vitest'
import { MarketDataError } from '../../../server/src/scan/errors.ts'
import { cacheKinds } from '../../support/caches.ts'
import { chain, claim, fakeMarket, fakeStocks, outcome, realClock, row } from '../../support/fakes.ts'
import { ended, install, quickSettings } from '../../support/installation.ts'
import { pause } from '../../support/until.ts'

const symbols = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE']
const sentence = 'Vendor: today’s budget of 100 credits is used up; it is renewed at 09:30 (New York).'

describe.each(cacheKinds)('with the cache in $name', ({ open }) => {
  test('a scan whose budget runs out stops with that message, and keeps what it has and what is paid for', async () => {
    await using opened = await open({ clock: realClock, leaseMs: quickSettings.leaseMs })
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
    await cache.claim(claim('before', { symbols }))
    const seen = new Date(realClock.now() - 60_000).toISOString()
    await cache.commit('before', outcome('EEE'), row('EEE', { scannedAt: seen }))
    await cache.finish('before', { state: 'COMPLETED', lastRun: '', finishedAt: startedAt, keep: ['EEE'] })

    await using installation = install(opened, { market, stocks })
    const { scanner } = await installation.server()
    await scanner.start('person')
    await ended(scanner)

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
