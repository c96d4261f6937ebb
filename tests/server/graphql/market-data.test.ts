/** Criteria, reasons, near misses, quality and explanations, as a client of the API meets them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cboePayload, cboeRow } from '../../support/cboe-chain.ts'
import { startCboeServer, type CboeServer } from '../../support/cboe-server.ts'
import { ask, signIn, startServer, type TestServer } from '../../support/server.ts'
import { until } from '../../support/until.ts'

interface Results {
  scanResults: {
    scanInProgress: boolean
    tickers: {
      symbol: string
      source: string
      delayMinutes: number
      quality: string
      rejections: { reason: string; count: number }[]
      nearMisses: { contractId: string; reason: string; limit: number; value: number }[]
      options: {
        id: string
        greeksSource: string
        expirationKind: string
        quality: { grade: string; issues: { code: string; text: string }[] }
      }[]
    }[]
    outcomes: { symbol: string; nearMisses: { reason: string; value: number }[] }[]
  }
}
const RESULTS = `{ scanResults { scanInProgress
  tickers { symbol source delayMinutes quality rejections { reason count } nearMisses { contractId reason limit value }
    options { id greeksSource expirationKind quality { grade issues { code text } } } }
  outcomes { symbol nearMisses { reason value } } } }`
const UPDATE = `mutation ($input: ScanCriteriaInput!) { updateScanCriteria(input: $input) {
  minAnnualizedReturn maxAbsDelta minDaysToExpiration maxDaysToExpiration maxSpreadPercent minOpenInterest } }`

// Quotes of 15:26 seen at 15:30: as fresh as a feed can be that is 15 minutes late.
const fresh = { last_trade_time: '2025-06-06T15:14:00' }
const rows = [
  cboeRow('AAPL', '2025-06-06', { strike: 95, days: 14 }),
  cboeRow('AAPL', '2025-06-06', { strike: 94, days: 14, delta: -0.23 }),
  cboeRow('AAPL', '2025-06-06', { strike: 93, days: 14, bid: 0 }),
  cboeRow('AAPL', '2025-06-06', { strike: 92, days: 14, ask: 2.4 }),
]

let vendor: CboeServer
let server: TestServer
let cookie: string
beforeAll(async () => {
  vendor = await startCboeServer({
    AAPL: cboePayload('AAPL', '2025-06-06', rows, fresh),
    MSFT: cboePayload(
      'MSFT',
      '2025-06-06',
      [cboeRow('MSFT', '2025-06-06', { strike: 95, days: 14, bid: 1, ask: 1.05 })],
      fresh,
    ),
  })
  server = await startServer({
    MARKET_DATA: 'cboe',
    CBOE_BASE_URL: vendor.baseUrl,
    CLOCK_AT: '2025-06-06T19:30:00Z',
  })
  cookie = await signIn(server.url)
  const { data } = await ask<{ stocks: { symbol: string }[] }>(server.url, cookie, '{ stocks { symbol } }')
  for (const { symbol } of data.stocks.filter((stock) => !['AAPL', 'MSFT'].includes(stock.symbol))) {
    await ask(
      server.url,
      cookie,
      'mutation ($s: String!) { updateStock(symbol: $s, input: { active: false }) { id } }',
      { s: symbol },
    )
  }
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await vendor.close()
})

async function scan(): Promise<Results['scanResults']> {
  await ask(server.url, cookie, 'mutation { startScan { __typename } }')
  let results: Results['scanResults'] | undefined
  await until(async () => {
    results = (await ask<Results>(server.url, cookie, RESULTS)).data.scanResults
    return !results.scanInProgress
  })
  if (results === undefined) throw new Error('no results')
  return results
}
const update = (input: object) => ask<{ updateScanCriteria: object }>(server.url, cookie, UPDATE, { input })

test('a ticker says who answered, how late, how good, why other contracts were not kept, and which nearly were', async () => {
  const { tickers, outcomes } = await scan()
  expect(tickers).toHaveLength(1)
  const [apple] = tickers
  expect(apple).toMatchObject({
    symbol: 'AAPL',
    source: 'cboe',
    delayMinutes: 15,
    rejections: expect.arrayContaining([
      { reason: 'NO_BID', count: 1 },
      { reason: 'DELTA_TOO_HIGH', count: 1 },
    ]) as unknown,
    nearMisses: [{ contractId: 'AAPL250620P00094000', reason: 'DELTA_TOO_HIGH', limit: 0.2, value: 0.23 }],
  })
  expect(
    apple?.options.map(({ id, expirationKind, greeksSource }) => ({ id, expirationKind, greeksSource })),
  ).toEqual([
    { id: 'AAPL250620P00092000', expirationKind: 'MONTHLY', greeksSource: 'VENDOR' },
    { id: 'AAPL250620P00095000', expirationKind: 'MONTHLY', greeksSource: 'VENDOR' },
  ])
  const wide = apple?.options[0]?.quality
  expect(wide?.issues.map(({ code }) => code)).toContain('WIDE_SPREAD')
  expect(wide?.issues.every(({ text }) => /^[A-Z].+\.$/.test(text))).toBe(true)
  expect(outcomes.find(({ symbol }) => symbol === 'MSFT')?.nearMisses).toEqual([
    { reason: 'RETURN_TOO_LOW', value: expect.closeTo((1 / 95) * (365 / 14) * 100, 8) as number },
  ])
})

test('a contract explains each of its numbers; an unknown one explains nothing', async () => {
  await scan()
  const explain = (id: string) =>
    ask<{
      explain:
        | {
            field: string
            formula: string
            value: number
            inputs: { name: string; value: number; source: string }[]
          }[]
        | null
    }>(
      server.url,
      cookie,
      'query ($id: ID!) { explain(contractId: $id) { field label formula value unit note inputs { name value unit source at } } }',
      { id },
    )
  const { data } = await explain('AAPL250620P00095000')
  const annualized = data.explain?.find(({ field }) => field === 'annualizedReturn')
  expect(annualized?.value).toBeCloseTo((1.2 / 95) * (365 / 14) * 100, 8)
  expect(annualized?.inputs.map(({ name, value, source }) => [name, value, source])).toEqual([
    ['bid', 1.2, 'cboe'],
    ['strike', 95, 'the contract'],
    ['days to expiration', 14, 'calendar days in New York until 2025-06-20'],
  ])
  expect((await explain('NOPE250620P00095000')).data).toEqual({ explain: null })
})

describe('the criteria', () => {
  test('are changed for the next scan, and for everybody', async () => {
    expect(
      (await update({ minAnnualizedReturn: 20, maxAbsDelta: 0.25 })).data.updateScanCriteria,
    ).toMatchObject({
      minAnnualizedReturn: 20,
      maxAbsDelta: 0.25,
      maxDaysToExpiration: 28,
    })
    const { tickers } = await scan()
    expect(tickers.map(({ symbol, options }) => [symbol, options.length])).toEqual([
      ['AAPL', 3],
      ['MSFT', 1],
    ])
    const { data } = await ask(
      server.url,
      cookie,
      '{ scanResults { criteria { minAnnualizedReturn maxAbsDelta } } }',
    )
    expect(data).toEqual({ scanResults: { criteria: { minAnnualizedReturn: 20, maxAbsDelta: 0.25 } } })
    await update({ minAnnualizedReturn: 30, maxAbsDelta: 0.2, maxSpreadPercent: 40 })
    expect((await scan()).tickers[0]?.options.map(({ id }) => id)).toEqual(['AAPL250620P00095000'])
    await update({ maxSpreadPercent: null })
  })

  test('that make no sense are refused in words, and change nothing', async () => {
    const answer = await update({ minDaysToExpiration: 30 })
    expect(answer.errors?.[0]).toMatchObject({
      message: 'The first day to expiration must not be after the last.',
      extensions: { code: 'BAD_INPUT' },
    })
    const { data } = await ask(server.url, cookie, '{ scanResults { criteria { minDaysToExpiration } } }')
    expect(data).toEqual({ scanResults: { criteria: { minDaysToExpiration: 1 } } })
  })
})

test('an estimate tells what a scan will take', async () => {
  const { data } = await ask(
    server.url,
    cookie,
    '{ scanEstimate { provider requests credits sufficient message } }',
  )
  expect(data).toMatchObject({
    scanEstimate: { provider: 'cboe', requests: 2, credits: null, sufficient: true },
  })
})
