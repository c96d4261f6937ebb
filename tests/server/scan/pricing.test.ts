import { describe, expect, it } from 'vitest'
import {
  deltaOf,
  normalCdf,
  priceOption,
  probabilityAbove,
  probabilityBelow,
  type OptionTerms,
} from '../../../server/src/scan/pricing.ts'

const rate = 0.045

/** Reference vectors: European, no dividend, 365 days. */
const vectors = [
  // spot, strike, days, volatility, put price, put delta, N(d2), N(d2) at break-even
  [100, 95, 30, 0.3, '1.3225', '-0.2475', '0.7245', '0.7762'],
  [100, 90, 45, 0.45, '2.1251', '-0.2174', '0.7333', '0.7806'],
  [100, 100, 30, 0.3, '3.2424', '-0.4657', '0.5000', '0.6492'],
  [50, 45, 7, 0.6, '0.1876', '-0.0934', '0.8919', '0.9010'],
  [200, 150, 60, 0.8, '5.4772', '-0.1419', '0.7726', '0.8057'],
] as const

describe('the reference vectors', () => {
  it.each(vectors)(
    'spot %d, strike %d, %d days, volatility %d',
    (spot, strike, days, volatility, ...expected) => {
      const market = { spot, years: days / 365, volatility, rate }
      const price = priceOption({ side: 'PUT', strike, ...market })
      const numbers = [
        price,
        deltaOf({ side: 'PUT', strike, ...market }),
        probabilityAbove({ level: strike, ...market }),
        probabilityAbove({ level: strike - price, ...market }),
      ]
      expect(numbers.map((number) => number.toFixed(4))).toEqual(expected)
    },
  )
})

describe('put and call', () => {
  const terms = { spot: 120, strike: 100, years: 0.4, volatility: 0.35, rate, dividendYield: 0.02 }
  const put: OptionTerms = { side: 'PUT', ...terms }
  const call: OptionTerms = { side: 'CALL', ...terms }

  it('are in parity, with dividends', () => {
    const forward = 120 * Math.exp(-0.02 * 0.4) - 100 * Math.exp(-rate * 0.4)
    expect(priceOption(call) - priceOption(put)).toBeCloseTo(forward, 12)
    expect(deltaOf(call) - deltaOf(put)).toBeCloseTo(Math.exp(-0.02 * 0.4), 14)
  })

  it('have the delta that their prices show', () => {
    const bump = 1e-4
    for (const option of [put, call]) {
      const up = priceOption({ ...option, spot: 120 + bump })
      const down = priceOption({ ...option, spot: 120 - bump })
      expect(deltaOf(option)).toBeCloseTo((up - down) / (2 * bump), 8)
    }
  })
})

describe('the limits', () => {
  const terms = { spot: 100, volatility: 0.3, rate }

  it('is worth its intrinsic value at expiration', () => {
    expect(priceOption({ side: 'PUT', strike: 110, years: 0, ...terms })).toBe(10)
    expect(priceOption({ side: 'PUT', strike: 90, years: 0, ...terms })).toBe(0)
    expect(deltaOf({ side: 'PUT', strike: 90, years: 0, ...terms })).toBe(0)
    expect(deltaOf({ side: 'PUT', strike: 110, years: 0, ...terms })).toBe(-1)
    expect(deltaOf({ side: 'CALL', strike: 90, years: 0, ...terms })).toBe(1)
  })

  it('is certain without volatility', () => {
    const calm = { ...terms, volatility: 0, years: 1 }
    expect(probabilityAbove({ level: 104, ...calm })).toBe(1)
    expect(probabilityAbove({ level: 105, ...calm })).toBe(0)
    expect(priceOption({ side: 'CALL', strike: 90, ...calm })).toBeCloseTo(100 - 90 * Math.exp(-rate), 12)
  })

  it('never falls below nothing, and never to it', () => {
    expect(probabilityAbove({ level: 0, years: 1, ...terms })).toBe(1)
    expect(probabilityAbove({ level: -3, years: 1, ...terms })).toBe(1)
    expect(probabilityBelow({ level: 0, years: 1, ...terms })).toBe(0)
  })

  it('has no negative price far out of the money', () => {
    for (let strike = 1; strike < 100; strike += 1) {
      expect(priceOption({ side: 'PUT', strike, years: 1 / 365, ...terms })).toBeGreaterThanOrEqual(0)
    }
  })
})

/** N(x), computed with 40 digits. */
const normalTable: [number, number][] = [
  [-8, 6.220960574271784e-16],
  [-6, 9.86587645037698e-10],
  [-5, 2.866515718791939e-7],
  [-3.5, 0.00023262907903552504],
  [-2, 0.02275013194817921],
  [-1, 0.15865525393145705],
  [-0.5, 0.3085375387259869],
  [0.25, 0.5987063256829237],
  [0.8416, 0.7999940553550332],
  [1, 0.8413447460685429],
  [1.96, 0.9750021048517795],
  [2.5, 0.9937903346742238],
  [4, 0.9999683287581669],
  [6, 0.9999999990134123],
]

describe('normalCdf', () => {
  it.each(normalTable)('of %d', (x, expected) => {
    expect(Math.abs(normalCdf(x) / expected - 1)).toBeLessThan(1e-14)
  })

  it('is symmetrical, monotonic, and ends at 0 and 1', () => {
    let last = 0
    for (let x = -9; x <= 9; x += 0.01) {
      const here = normalCdf(x)
      expect(here).toBeGreaterThanOrEqual(last)
      expect(here + normalCdf(-x)).toBeCloseTo(1, 15)
      last = here
    }
    expect([normalCdf(-Infinity), normalCdf(0), normalCdf(Infinity)]).toEqual([0, 0.5, 1])
    expect(normalCdf(Number.NaN)).toBeNaN()
  })

  it('agrees with itself: probabilities below and above add up to 1', () => {
    const terms = { spot: 100, level: 93, years: 0.1, volatility: 0.4, rate }
    expect(probabilityAbove(terms) + probabilityBelow(terms)).toBeCloseTo(1, 15)
  })
})
