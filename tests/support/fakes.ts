/** Hand-written stand-ins for the scanner's ports. */
import type {
  OptionChain,
  OptionQuote,
  ScanCriteria,
  Stock,
  TickerOutcome,
  TickerResult,
} from '../../server/src/scan/model.ts'
import type { Clock, Log, MarketData, RunClaim, ScanRuns, StockList } from '../../server/src/scan/ports.ts'

/** domain.md §2. */
export const defaultCriteria: ScanCriteria = {
  side: 'PUT',
  minAnnualizedReturn: 30,
  maxAbsDelta: 0.2,
  minDaysToExpiration: 1,
  maxDaysToExpiration: 28,
  maxSpreadPercent: null,
  minOpenInterest: 0,
}

/** What screening needs beside the criteria: no model of our own, quotes as fresh as can be. */
export const plainScreening = {
  underlyingPrice: 100,
  today: '2025-06-06',
  riskFreeRate: 0.045,
  expirationKindOf: () => 'WEEKLY' as const,
  model: {
    greeksOf: () => null,
    marketOf: () => ({ underlyingPrice: 100, years: 14 / 365, rate: 0.045, dividendYield: 0 }),
  },
  delayMinutes: null,
  quoteAgeOf: () => 0,
}

export interface FakeClock extends Clock {
  /** Moves both clocks on. */
  pass(ms: number): void
}

/** A Friday, 15:30 in New York. */
export const NOON = Date.parse('2025-06-06T19:30:00.000Z')

export function fakeClock(start = NOON): FakeClock {
  let now = start
  return { now: () => now, marketNow: () => now, pass: (ms) => void (now += ms) }
}

/** The real time, with the market's day held still. */
export const realClock: Clock = { now: () => Date.now(), marketNow: () => NOON }

type Level = 'debug' | 'info' | 'warn' | 'error'

export interface RecordingLog extends Log {
  lines: { level: Level; message: string; fields: object }[]
  warnings(): string[]
}

export function recordingLog(): RecordingLog {
  const lines: RecordingLog['lines'] = []
  const at = (level: Level) => (fields: object, message: string) =>
    void lines.push({ level, message, fields })
  return {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    warnings: () => lines.filter(({ level }) => level === 'warn').map(({ message }) => message),
  }
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }

export function quote(fields: Partial<OptionQuote> = {}): OptionQuote {
  return {
    occSymbol: 'XYZ250620P00090000',
    root: 'XYZ',
    side: 'PUT',
    expiration: '2025-06-20',
    strike: 90,
    bid: 1.5,
    ask: 1.6,
    delta: -0.15,
    impliedVolatility: 0.6,
    openInterest: 100,
    volume: 10,
    quotedAt: null,
    ...fields,
  }
}

export function chain(symbol: string, fields: Partial<OptionChain> = {}): OptionChain {
  return {
    symbol,
    source: 'fake',
    delayMinutes: null,
    underlyingPrice: 100,
    quotedAt: '2025-06-06T19:15:00.000Z',
    quotes: [quote()],
    badRows: 0,
    ...fields,
  }
}

export function row(symbol: string, fields: Partial<TickerResult> = {}): TickerResult {
  return {
    symbol,
    source: 'fake',
    delayMinutes: null,
    rejections: { RETURN_TOO_LOW: 9 },
    nearMisses: [],
    scannedAt: new Date(NOON).toISOString(),
    quotedAt: '2025-06-06T19:15:00.000Z',
    underlyingPrice: 100,
    options: [
      {
        occSymbol: `${symbol}250620P00090000`,
        side: 'PUT',
        expiration: '2025-06-20',
        expirationKind: 'MONTHLY',
        daysToExpiration: 14,
        strike: 90,
        bid: 1.5,
        ask: 1.6,
        mid: 1.55,
        spreadPercent: 6.451612903225806,
        delta: -0.15,
        impliedVolatility: 0.6,
        openInterest: 100,
        volume: 10,
        annualizedReturn: 43.45238095238095,
        otmPercent: 10,
        breakEven: 88.5,
        probabilityOtm: 0.8,
        probabilityOfProfit: 0.82,
        collateral: 9000,
        premium: 150,
        greeksSource: 'VENDOR',
        quality: { grade: 'A', issues: [] },
        quotedAt: null,
      },
    ],
    ...fields,
  }
}

export function outcome(symbol: string, fields: Partial<TickerOutcome> = {}): TickerOutcome {
  return {
    symbol,
    contractsScreened: 10,
    contractsKept: 1,
    rejections: { RETURN_TOO_LOW: 9 },
    nearMisses: [],
    price: { symbol, price: 100, pricedAt: '2025-06-06T19:15:00.000Z', source: 'fake' },
    message: null,
    ...fields,
  }
}

/** A claim of three tickers. */
export function claim(runId: string, fields: Partial<RunClaim> = {}): RunClaim {
  return {
    runId,
    startedAt: new Date().toISOString(),
    startedById: 'person',
    symbols: ['AAA', 'BBB', 'CCC'],
    criteria: defaultCriteria,
    corrupt: [],
    ...fields,
  }
}

export function stock(symbol: string, fields: Partial<Stock> = {}): Stock {
  return {
    id: symbol,
    symbol,
    name: `${symbol} Inc.`,
    active: true,
    notes: '',
    intrinsicValueEps: null,
    intrinsicValueFcf: null,
    preferredModel: 'EPS',
    price: null,
    pricedAt: null,
    priceSource: null,
    createdAt: '2025-01-01T00:00:00.000Z',
    updatedAt: '2025-01-01T00:00:00.000Z',
    ...fields,
  }
}

export interface FakeStocks extends StockList {
  stocks: Stock[]
  prices: Map<string, number>
}

export function fakeStocks(symbols: string[]): FakeStocks {
  const fake: FakeStocks = {
    stocks: symbols.map((symbol) => stock(symbol)),
    prices: new Map(),
    async active() {
      return fake.stocks.filter(({ active }) => active)
    },
    async recordPrices(prices) {
      for (const { symbol, price } of prices) fake.prices.set(symbol, price)
    },
  }
  return fake
}

export interface FakeRuns extends ScanRuns {
  rows: Map<string, { state: string; startedById: string | null; message?: string; tickersFailed?: number }>
}

export function fakeRuns(): FakeRuns {
  const rows: FakeRuns['rows'] = new Map()
  return {
    rows,
    async started({ runId, startedById }) {
      if (!rows.has(runId)) rows.set(runId, { state: 'RUNNING', startedById })
    },
    async finished(runId, { state, message, tickersFailed }) {
      const found = rows.get(runId)
      if (found?.state === 'RUNNING') rows.set(runId, { ...found, state, message, tickersFailed })
    },
    async interruptOrphans(liveRunId) {
      for (const [id, found] of rows)
        if (found.state === 'RUNNING' && id !== liveRunId) found.state = 'INTERRUPTED'
    },
    lastCompleted: async () => null,
  }
}

export interface FakeMarket extends MarketData {
  /** What the next fetch of a symbol does; by default it answers a chain with one contract worth selling. */
  answers: Map<string, () => Promise<OptionChain> | OptionChain>
  asked: string[]
  /** Largest number of fetches at the same time so far. */
  busiest: number
}

export function fakeMarket(latencyMs = 0): FakeMarket {
  let busy = 0
  const market: FakeMarket = {
    name: 'fake',
    sources: ['fake'],
    description: 'Fake market',
    simulated: true,
    answers: new Map(),
    asked: [],
    busiest: 0,
    unavailable: () => null,
    forecast: async (symbols) => ({
      provider: 'fake',
      fallbacks: [],
      requests: symbols,
      credits: null,
      limits: { perSecond: null, perMinute: null, concurrent: null },
      budgetRemaining: null,
    }),
    async fetchChain(symbol, _criteria, signal) {
      market.asked.push(symbol)
      busy += 1
      market.busiest = Math.max(market.busiest, busy)
      try {
        if (latencyMs > 0) await sleep(latencyMs, signal)
        signal.throwIfAborted()
        return await (market.answers.get(symbol)?.() ?? chain(symbol))
      } finally {
        busy -= 1
      }
    },
  }
  return market
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    })
  })
}
