/**
 * Real chains through the whole application: recorded answers, served as Cboe serves them, scanned over GraphQL, and
 * compared contract for contract with an independent reading of the raw files.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startCboeServer, type CboeServer } from '../../support/cboe-server.ts'
import { rawCboeScreen } from '../../support/raw-cboe-screen.ts'
import { recordedChain, recordingsDir } from '../../support/recordings.ts'
import { ask, signIn, startServer, type TestServer } from '../../support/server.ts'
import { until } from '../../support/until.ts'

// shared/data/README.md: puts kept, seen from 2025-06-06.
const expected = [
  { minimum: 30, counts: { AAPL: 0, META: 0, MSFT: 0, SPY: 0, TSLA: 18 } },
  { minimum: 10, counts: { AAPL: 6, META: 15, MSFT: 2, SPY: 9, TSLA: 58 } },
]
const SYMBOLS = ['AAPL', 'META', 'MSFT', 'SPY', 'TSLA']
interface Results {
  scanResults: {
    scanInProgress: boolean
    tickers: { symbol: string; underlyingPrice: number; options: { id: string }[] }[]
    outcomes: { symbol: string; contractsScreened: number; contractsKept: number; message: string | null }[]
  }
}
const RESULTS =
  '{ scanResults { scanInProgress tickers { symbol underlyingPrice options { id } } outcomes { symbol contractsScreened contractsKept message } } }'

describe.skipIf(recordingsDir() === null).each(expected)(
  'recorded chains at a minimum return of $minimum %',
  ({ minimum, counts }) => {
    let vendor: CboeServer
    let server: TestServer
    let results: Results['scanResults']
    const raw = new Map<string, Record<string, unknown>>()

    beforeAll(async () => {
      vendor = await startCboeServer()
      for (const symbol of SYMBOLS) {
        const text = recordedChain(symbol)
        raw.set(symbol, JSON.parse(text.toString()) as Record<string, unknown>)
        vendor.serve(symbol, text)
      }
      server = await startServer({
        MARKET_DATA: 'cboe',
        CBOE_BASE_URL: vendor.baseUrl,
        CLOCK_AT: '2025-06-06T19:30:00Z',
        SCAN_MIN_ANNUALIZED_RETURN: String(minimum),
      })
      const cookie = await signIn(server.url)
      const { data } = await ask<{ stocks: { symbol: string }[] }>(
        server.url,
        cookie,
        '{ stocks { symbol } }',
      )
      for (const { symbol } of data.stocks.filter((stock) => !SYMBOLS.includes(stock.symbol))) {
        await ask(
          server.url,
          cookie,
          'mutation ($s: String!) { updateStock(symbol: $s, input: { active: false }) { id } }',
          { s: symbol },
        )
      }
      for (const symbol of ['SPY', 'TSLA', 'ZZZZ']) {
        await ask(server.url, cookie, 'mutation ($s: String!) { addStock(symbol: $s) { id } }', { s: symbol })
      }
      await ask(server.url, cookie, 'mutation { startScan { __typename } }')
      await until(async () => {
        results = (await ask<Results>(server.url, cookie, RESULTS)).data.scanResults
        return !results.scanInProgress && results.outcomes.length === 6
      }, 20_000)
    })
    afterAll(async () => {
      await server[Symbol.asyncDispose]()
      await vendor.close()
    })

    test.each(SYMBOLS)('%s keeps exactly the contracts of the independent reading', (symbol) => {
      const kept =
        results.tickers.find((ticker) => ticker.symbol === symbol)?.options.map(({ id }) => id) ?? []
      const reading = rawCboeScreen(raw.get(symbol), '2025-06-06', { minAnnualizedReturn: minimum })
      expect(kept.toSorted()).toEqual(reading.toSorted())
      expect(kept).toHaveLength(counts[symbol as keyof typeof counts])
    })

    test('a symbol that the vendor does not know is a failure in words, and the scan goes on', () => {
      expect(results.outcomes.find(({ symbol }) => symbol === 'ZZZZ')?.message).toBe(
        'Cboe does not know the symbol ZZZZ (or refuses to answer for it).',
      )
    })
  },
)
