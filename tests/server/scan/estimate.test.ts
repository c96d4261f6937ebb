import { describe, expect, it } from 'vitest'
import { createEstimator } from '../../../server/src/scan/estimate.ts'
import type { Forecast, ScanRuns } from '../../../server/src/scan/ports.ts'
import { defaultCriteria, fakeMarket, fakeStocks } from '../../support/fakes.ts'

const symbols = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF', 'GGG', 'HHH', 'III', 'JJJ']

type LastRun = Awaited<ReturnType<ScanRuns['lastCompleted']>>

function estimator(
  forecast: Partial<Forecast> = {},
  { listed = symbols, unavailable = '', last = null as LastRun } = {},
) {
  const market = fakeMarket()
  const marketData = {
    ...market,
    unavailable: () => unavailable || null,
    forecast: async (count: number) => ({
      ...(await market.forecast(count, defaultCriteria)),
      requests: count,
      ...forecast,
    }),
  }
  const criteria = { current: async () => defaultCriteria }
  const runs = { lastCompleted: async () => last }
  return createEstimator({ marketData, stocks: fakeStocks(listed), criteria, runs }, { concurrency: 4 })
}
const noLimits = { perSecond: null, perMinute: null, concurrent: null }

describe('the estimate of a scan', () => {
  it('is of the active stocks, at a provider that counts nothing', async () => {
    expect(await estimator().estimate()).toEqual({
      provider: 'fake',
      requests: 10,
      credits: null,
      // Three rounds of four, at the second that is assumed.
      durationMs: 3_000,
      budgetRemaining: null,
      sufficient: true,
      message: '10 requests to fake, about 3 seconds.',
    })
  })

  it('tells credits and what is left of the budget', async () => {
    expect(await estimator({ credits: 1_560, budgetRemaining: 8_440 }).estimate()).toMatchObject({
      credits: 1_560,
      budgetRemaining: 8_440,
      sufficient: true,
      message: '10 requests to fake, at most 1,560 credits of the 8,440 left today, about 3 seconds.',
    })
  })

  it('warns when the budget may not last, and says what happens then', async () => {
    const short = { credits: 1_560, budgetRemaining: 100 }
    expect(await estimator(short).estimate()).toMatchObject({
      sufficient: false,
      message:
        '10 requests to fake, at most 1,560 credits, with 100 left today: the scan may stop before its end, and what it has found until then stays.',
    })
    expect(await estimator({ ...short, fallbacks: ['cboe'] }).estimate()).toMatchObject({
      sufficient: false,
      message:
        '10 requests to fake, at most 1,560 credits, with 100 left today: what is missing then is asked of cboe.',
    })
  })

  it('counts requests where the provider knows no credits', async () => {
    expect((await estimator({ budgetRemaining: 10 }).estimate()).sufficient).toBe(true)
    expect((await estimator({ budgetRemaining: 9 }).estimate()).sufficient).toBe(false)
  })

  it('takes as long as the provider’s limits make it', async () => {
    const durationWith = async (limits: Partial<Forecast['limits']>, requests = 10) =>
      (await estimator({ requests, limits: { ...noLimits, ...limits } }).estimate()).durationMs
    expect(await durationWith({ perSecond: 2 })).toBe(4_000)
    expect(await durationWith({ perMinute: 120 }, 240)).toBe(60_000)
    expect(await durationWith({ perMinute: 120 }, 241)).toBe(120_000)
    expect(await durationWith({ concurrent: 1 })).toBe(10_000)
  })

  it('knows how long the tickers of the last run took', async () => {
    const last = { durationMs: 5_000, tickersDone: 10 }
    expect((await estimator({}, { last }).estimate()).durationMs).toBe(6_000)
    const empty = { durationMs: 40, tickersDone: 0 }
    expect((await estimator({}, { last: empty }).estimate()).durationMs).toBe(3_000)
  })

  it('says why no scan can start', async () => {
    expect(await estimator({}, { unavailable: 'Fake rests.' }).estimate()).toMatchObject({
      sufficient: false,
      message: 'Fake rests.',
    })
    expect(await estimator({}, { listed: [] }).estimate()).toMatchObject({
      requests: 0,
      durationMs: 0,
      sufficient: false,
      message: 'There is no active stock to scan. Add one to the list first.',
    })
  })
})
