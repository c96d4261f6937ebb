/** Rows as the API sends them, for the tests of the page's logic. */
import type {
  ContractRowFragment,
  CriteriaFragment,
  LiveOutcomeFragment,
  LiveStatusFragment,
  LiveTickerFragment,
} from '../../web/src/gql/graphql.ts'
import type { LivePush } from '../../web/src/scan/live-scan.ts'

export function contract(part: Partial<ContractRowFragment> = {}): ContractRowFragment {
  return {
    id: 'AAPL250620P00190000',
    side: 'PUT',
    expiration: '2025-06-20',
    daysToExpiration: 14,
    strike: 190,
    bid: 2,
    ask: 2.1,
    mid: 2.05,
    spreadPercent: 4.9,
    delta: -0.15,
    impliedVolatility: 0.4,
    openInterest: 100,
    volume: 10,
    annualizedReturn: 32,
    otmPercent: 7,
    breakEven: 188,
    probabilityOtm: 0.85,
    probabilityOfProfit: 0.87,
    collateral: 19_000,
    premium: 200,
    rating: 'GOOD',
    quotedAt: null,
    expirationKind: 'MONTHLY',
    greeksSource: 'VENDOR',
    quality: { grade: 'A', issues: [] },
    ...part,
  }
}

export function ticker(symbol: string, part: Partial<LiveTickerFragment> = {}): LiveTickerFragment {
  return {
    id: symbol,
    symbol,
    scannedAt: '2025-06-06T19:30:00.000Z',
    quotedAt: null,
    underlyingPrice: 204,
    rating: 'GOOD',
    source: 'cboe',
    delayMinutes: 15,
    quality: 'A',
    stock: { name: `${symbol} Inc.`, intrinsicValue: 205, preferredModel: 'EPS' },
    options: [contract({ id: `${symbol}250620P00190000` })],
    ...part,
  }
}

export function outcome(symbol: string, part: Partial<LiveOutcomeFragment> = {}): LiveOutcomeFragment {
  return {
    symbol,
    contractsScreened: 10,
    contractsKept: 0,
    message: null,
    rejections: [],
    nearMisses: [],
    ...part,
  }
}

export const criteria: CriteriaFragment = {
  side: 'PUT',
  minAnnualizedReturn: 30,
  maxAbsDelta: 0.2,
  minDaysToExpiration: 1,
  maxDaysToExpiration: 28,
  maxSpreadPercent: null,
  minOpenInterest: 0,
}

export const running: LiveStatusFragment = {
  state: 'RUNNING',
  scanInProgress: true,
  lastRun: 'Scanning in progress...',
  startedAt: '2025-06-06T19:30:00.000Z',
  finishedAt: null,
  progress: { done: 0, total: 3, current: ['AAPL'] },
}

export function push(seq: number, part: Partial<LivePush> = {}): LivePush {
  return {
    ...running,
    epoch: 'one',
    seq,
    snapshot: false,
    degraded: false,
    changedTickers: [],
    removedTickers: [],
    changedOutcomes: [],
    ...part,
  }
}
