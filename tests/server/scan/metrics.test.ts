import { describe, expect, test } from 'vitest'
import {
  annualizedReturn,
  breakEven,
  expectedMove,
  midPrice,
  otmPercent,
  probabilities,
  returnOnNetCash,
  spreadPercent,
} from '../../../server/src/scan/metrics.ts'

// domain.md §1: European Black-Scholes-Merton, r = 4.5 %, q = 0, 365 days.
const vectors = [
  // S, K, D, σ, put price, P(OTM), POP, break-even, P/K annualized, P/(K−P) annualized, expected move
  [100, 95, 30, 0.3, 1.3225, 0.7245, 0.7762, 93.6775, 16.94, 17.18, 8.601],
  [100, 90, 45, 0.45, 2.1251, 0.7333, 0.7806, 87.8749, 19.15, 19.62, 15.801],
  [100, 100, 30, 0.3, 3.2424, 0.5, 0.6492, 96.7576, 39.45, 40.77, 8.601],
  [50, 45, 7, 0.6, 0.1876, 0.8919, 0.901, 44.8124, 21.74, 21.83, 4.155],
  [200, 150, 60, 0.8, 5.4772, 0.7726, 0.8057, 144.5228, 22.21, 23.05, 64.871],
] as const

describe.each(vectors)(
  'S %d, K %d, D %d, σ %d',
  (spot, strike, days, volatility, premium, otm, profit, even, gross, net, move) => {
    test('has the returns of the reference', () => {
      expect(annualizedReturn(premium, strike, days)).toBeCloseTo(gross, 2)
      expect(returnOnNetCash(premium, strike, days)).toBeCloseTo(net, 2)
    })
    test('has the break-even and the expected move of the reference', () => {
      expect(breakEven('PUT', spot, strike, premium)).toBeCloseTo(even, 4)
      expect(expectedMove(spot, volatility, days)).toBeCloseTo(move, 3)
    })
    test('has the probabilities of the reference', () => {
      const found = probabilities({
        side: 'PUT',
        underlyingPrice: spot,
        strike,
        premium,
        days,
        impliedVolatility: volatility,
        riskFreeRate: 0.045,
      })
      expect(found.otm).toBeCloseTo(otm, 4)
      expect(found.profit).toBeCloseTo(profit, 4)
    })
  },
)

test('less than a day counts as one', () => {
  expect(annualizedReturn(1, 100, 0)).toBe(annualizedReturn(1, 100, 1))
})

test('the distance is measured on the price of the stock, not on the strike', () => {
  expect(otmPercent('PUT', 100, 80)).toBe(20)
  expect(otmPercent('CALL', 80, 100)).toBe(25)
  expect(otmPercent('PUT', 100, 100)).toBe(0)
  expect(otmPercent('PUT', 100, 110)).toBe(-10)
})

test('a covered call breaks even below today’s price', () => {
  expect(breakEven('CALL', 100, 110, 2)).toBe(98)
})

test('a call’s probabilities mirror the put’s', () => {
  const inputs = {
    underlyingPrice: 100,
    strike: 105,
    premium: 1,
    days: 30,
    impliedVolatility: 0.3,
    riskFreeRate: 0.045,
  }
  const put = probabilities({ side: 'PUT', ...inputs })
  const call = probabilities({ side: 'CALL', ...inputs })
  expect(call.otm).toBeCloseTo(1 - put.otm, 12)
  expect(call.profit).toBeGreaterThan(0.5)
})

test.each([
  ['an ordinary quote', 1, 1.2, 1.1, (0.2 / 1.1) * 100],
  ['no bid', null, 1.2, null, null],
  ['a bid of zero', 0, 1.2, null, null],
  ['no ask', 1, null, null, null],
  ['a crossed quote', 1.3, 1.2, null, null],
  ['a locked quote', 1.2, 1.2, 1.2, 0],
])('%s has its middle and spread', (_case, bid, ask, mid, spread) => {
  if (mid === null) expect(midPrice(bid, ask)).toBeNull()
  else expect(midPrice(bid, ask)).toBeCloseTo(mid, 10)
  if (spread === null) expect(spreadPercent(bid, ask)).toBeNull()
  else expect(spreadPercent(bid, ask)).toBeCloseTo(spread, 8)
})
