/** Every recorded chain, read and screened twice: by the engine, and in a few lines that share nothing with it. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCboeChain } from '../../../server/src/market/cboe.ts'
import { expirationKindOf } from '../../../server/src/market/expirations.ts'
import { readMarketDataChain } from '../../../server/src/market/marketdata/chain.ts'
import { readChain } from '../../../server/src/market/tradier/answers.ts'
import { createChainModel, type ModelGreeks } from '../../../server/src/scan/chain-model.ts'
import type {
  GreeksSource,
  KeptContract,
  OptionChain,
  OptionQuote,
  ScanCriteria,
} from '../../../server/src/scan/model.ts'
import { newYorkInstant } from '../../../server/src/scan/new-york.ts'
import { screenChain } from '../../../server/src/scan/screen.ts'
import { readRawCboe } from '../../support/raw-cboe.ts'
import { readRawMarketData } from '../../support/raw-marketdata.ts'
import { rawScreen, type RawChain } from '../../support/raw-screen.ts'
import { readRawTradier } from '../../support/raw-tradier.ts'
import { recordedChain, recordingsDir } from '../../support/recordings.ts'
import { defaultCriteria } from '../../support/fakes.ts'

const anything = { minAnnualizedReturn: 0, maxAbsDelta: 1, minDaysToExpiration: 0, maxDaysToExpiration: 60 }
const criteriaByName: Record<string, ScanCriteria> = {
  'the defaults': defaultCriteria,
  'a return of 10 %': { ...defaultCriteria, minAnnualizedReturn: 10 },
  'deltas to 0.35': { ...defaultCriteria, minAnnualizedReturn: 15, maxAbsDelta: 0.35 },
  '0 to 60 days': {
    ...defaultCriteria,
    minAnnualizedReturn: 8,
    minDaysToExpiration: 0,
    maxDaysToExpiration: 60,
  },
  'spreads to 20 %': { ...defaultCriteria, ...anything, maxSpreadPercent: 20 },
  'an open interest of 500': { ...defaultCriteria, ...anything, minOpenInterest: 500 },
  calls: { ...defaultCriteria, side: 'CALL', minAnnualizedReturn: 10, maxAbsDelta: 0.3 },
  anything: { ...defaultCriteria, ...anything },
  'any call': { ...defaultCriteria, ...anything, side: 'CALL' },
}

type Chain = Pick<OptionChain, 'quotes' | 'badRows' | 'underlyingPrice'>
type Screen = (criteria: ScanCriteria) => KeptContract[]

/** As a scan of that day does it. */
function engine(chain: Chain, today: string): Screen {
  const { underlyingPrice } = chain
  if (underlyingPrice === null) return () => []
  const rate = 0.045
  const model = createChainModel(chain.quotes, {
    underlyingPrice,
    quotedAtMs: newYorkInstant(today, '16:00'),
    rate,
  })
  // Solved once, not once for each of the criteria.
  const solved = new Map<OptionQuote, ModelGreeks | null>()
  const greeksOf = (quote: OptionQuote) => {
    const greeks = solved.has(quote) ? (solved.get(quote) ?? null) : model.greeksOf(quote)
    solved.set(quote, greeks)
    return greeks
  }
  const context = {
    underlyingPrice,
    today,
    riskFreeRate: rate,
    expirationKindOf,
    model: { greeksOf, marketOf: model.marketOf },
    delayMinutes: 15,
    quoteAgeOf: () => 0,
  }
  return (criteria) => screenChain(chain, { ...context, criteria }).kept
}

function keptByHand(chain: RawChain, today: string, criteria: ScanCriteria): string[] {
  return rawScreen(chain, today, {
    letter: criteria.side === 'PUT' ? 'P' : 'C',
    minReturn: criteria.minAnnualizedReturn,
    maxDelta: criteria.maxAbsDelta,
    minDays: criteria.minDaysToExpiration,
    maxDays: criteria.maxDaysToExpiration,
    maxSpread: criteria.maxSpreadPercent,
    minOpenInterest: criteria.minOpenInterest,
  })
}

/**
 * How many contracts each criteria keep, once both readings agree on which. The file cannot tell of contracts that were
 * kept for a delta of our own: of them, only that it has no delta itself.
 */
function agreed(chain: Chain, raw: RawChain, today: string): number[] {
  const screen = engine(chain, today)
  const without = new Set(raw.rows.filter((row) => !row.delta && !row.iv).map(({ occ }) => occ))
  return Object.entries(criteriaByName).map(([name, criteria]) => {
    const kept = screen(criteria)
    const namesOf = (source: GreeksSource) =>
      kept.flatMap((contract) => (contract.greeksSource === source ? contract.occSymbol : [])).sort()
    // The name is there to tell which criteria it was.
    expect({ name, kept: namesOf('VENDOR') }).toEqual({ name, kept: keptByHand(raw, today, criteria) })
    expect({ name, wronglySolved: namesOf('MODEL').filter((occ) => !without.has(occ)) }).toEqual({
      name,
      wronglySolved: [],
    })
    return namesOf('VENDOR').length
  })
}

const jsonOf = (file: string) =>
  JSON.parse(readFileSync(resolve(recordingsDir() ?? '', file), 'utf8')) as object

describe.skipIf(recordingsDir() === null)('the contracts kept of a recorded chain', () => {
  // Counts in the order of the criteria above.
  it.each([
    ['AAPL', '2025-06-06close', '2025-06-06', [0, 6, 8, 9, 75, 77, 7, 129, 126]],
    ['META', '2025-06-06close', '2025-06-06', [0, 15, 25, 28, 231, 128, 15, 394, 260]],
    ['MSFT', '2025-06-06close', '2025-06-06', [0, 2, 4, 4, 113, 100, 2, 235, 91]],
    ['SPY', '2025-06-06close', '2025-06-06', [0, 9, 27, 23, 1105, 750, 16, 1341, 496]],
    ['TSLA', '2025-06-06close', '2025-06-06', [18, 58, 67, 105, 218, 187, 51, 326, 429]],
    ['_RUT', '2025-06-04close', '2025-06-04', [3, 72, 121, 122, 758, 88, 86, 1367, 868]],
    ['NVDA', '2026-05-29_intraday_1559ET', '2026-05-29', [0, 26, 32, 43, 243, 247, 40, 385, 352]],
    ['AAPL', '2026-07-02_trimmed6', '2026-07-02', [0, 0, 0, 0, 0, 0, 0, 1, 0]],
  ])('of %s at Cboe (%s) are those of an independent reading', (symbol, capture, day, counts) => {
    const file: unknown = JSON.parse(recordedChain(symbol, capture).toString())
    expect(agreed(readCboeChain(symbol, file), readRawCboe(file), day)).toEqual(counts)
  })

  it.each([
    ['PLTR', 'PLTR_2025-11-28', '2025-10-31', 200.47, [0, 5, 7, 6, 14, 9, 5, 22, 25]],
    ['SPX', 'SPX_2026-10-16_trimmed4_two-roots', '2026-10-01', 7684, [0, 0, 0, 0, 2, 1, 0, 2, 0]],
    ['SPY', 'SPY_2026-10-02_trimmed9', '2026-10-01', 764.4, [0, 0, 0, 0, 2, 2, 0, 2, 1]],
  ])('of %s at Tradier (%s) are those of an independent reading', (symbol, name, day, price, counts) => {
    const file = jsonOf(`tradier/options_chains_${name}.json`)
    const { quotes, rows } = readChain(symbol, file)
    const chain = { quotes, badRows: rows - quotes.length, underlyingPrice: price }
    expect(agreed(chain, readRawTradier(file, price), day)).toEqual(counts)
  })

  it.each(['options_chain_AAPL_2023-06-16_92', 'options_chain_AAPL_2023-06-16_docs-head_RAGGED'])(
    'of AAPL at marketdata.app (%s) are none, because its columns do not fit together',
    (name) => {
      const file = jsonOf(`marketdata/${name}.json`)
      expect(readRawMarketData(file)).toBeNull()
      expect(() => readMarketDataChain('AAPL', file, 15)).toThrow('columns of different lengths')
    },
  )

  it('of AAPL at marketdata.app, its sides put right by hand, are those of an independent reading', () => {
    const file = jsonOf('marketdata/options_chain_AAPL_2023-06-16_92.json') as { optionSymbol: string[] }
    const side = file.optionSymbol.map((occ) => (occ.at(-9) === 'P' ? 'put' : 'call'))
    const mended = { ...file, side }
    const chain = readMarketDataChain('AAPL', mended, 15)
    const raw = readRawMarketData(mended)
    if (chain === null || raw === null) throw new Error('not a chain')
    expect(chain.badRows).toBe(0)
    expect(agreed(chain, raw, '2023-05-21')).toEqual([0, 0, 0, 0, 8, 16, 0, 16, 9])
  })

  it('of AAPL at marketdata.app without any prices are none', () => {
    const file = jsonOf('marketdata/options_chain_AAPL_2025-01-17_contracts-only_42.json')
    const chain = readMarketDataChain('AAPL', file, 15)
    const raw = readRawMarketData(file)
    if (chain === null || raw === null) throw new Error('not a chain')
    expect(new Set(agreed(chain, raw, '2024-12-27'))).toEqual(new Set([0]))
    // Not for want of the stock's price only.
    const priced = { ...chain, underlyingPrice: 200 }
    expect(new Set(agreed(priced, { ...raw, spot: 200 }, '2024-12-27'))).toEqual(new Set([0]))
  })
})
