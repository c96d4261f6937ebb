import { describe, expect, it } from 'vitest'
import { valueAmerican } from '../../../server/src/scan/american.ts'
import { gaussLegendre } from '../../../server/src/scan/gauss-legendre.ts'
import { deltaOf, priceOption, type OptionTerms } from '../../../server/src/scan/pricing.ts'
import { extrapolatedTree, type TreeTerms } from '../../support/binomial-tree.ts'

const put = (terms: Omit<OptionTerms, 'side'>): OptionTerms => ({ side: 'PUT', ...terms })

describe('an American option', () => {
  it('has the premium for early exercise that its inventors publish', () => {
    // Andersen, Lake and Offengenden, table 2: strike 100, rate and yield 5 %, volatility 25 %, one year.
    const terms = put({ spot: 100, strike: 100, years: 1, volatility: 0.25, rate: 0.05, dividendYield: 0.05 })
    expect(Math.abs(valueAmerican(terms).price - priceOption(terms) - 0.106952702747)).toBeLessThan(1e-4)
  })

  it('has the price that another implementation publishes', () => {
    // jherekhealy/AQFED.jl, README of src/american.
    const terms = put({ spot: 80, strike: 100, years: 0.75, volatility: 0.3, rate: 0.04 })
    expect(Math.abs(valueAmerican(terms).price - 21.086135735070997)).toBeLessThan(5e-4)
  })

  it.each([
    // days, price (of the strike), delta
    [0.5, 1e-5, 1e-3],
    [7, 1e-5, 1e-3],
    [45, 1e-5, 1e-3],
    [365, 2e-5, 2e-3],
    [912, 2e-4, 8e-3],
  ])('is that of a binomial tree, %d days before expiration', (days, priceTolerance, deltaTolerance) => {
    let [worstPrice, worstDelta] = [0, 0]
    for (const terms of grid(days / 365)) {
      const tree = extrapolatedTree(terms, days > 100 ? 500 : 200)
      const value = valueAmerican(terms)
      worstPrice = Math.max(worstPrice, Math.abs(value.price - tree.price) / terms.strike)
      // A stock that costs its holder lets a call move by more than the stock; we say 1.
      worstDelta = Math.max(worstDelta, Math.abs(value.delta - Math.min(1, tree.delta)))
    }
    expect(worstPrice).toBeLessThan(priceTolerance)
    expect(worstDelta).toBeLessThan(deltaTolerance)
  })

  it('is a European one where early exercise wins nothing', () => {
    const market = { spot: 100, strike: 105, years: 0.3, volatility: 0.4 }
    for (const terms of [
      { ...market, side: 'CALL', rate: 0.05 },
      { ...market, side: 'PUT', rate: 0, dividendYield: 0.03 },
    ] as const) {
      expect(valueAmerican(terms).price).toBeCloseTo(priceOption(terms), 12)
      expect(valueAmerican(terms).delta).toBeCloseTo(deltaOf(terms), 12)
    }
  })

  it('is what exercising gives, beyond the boundary', () => {
    const deep = put({ spot: 50, strike: 100, years: 0.5, volatility: 0.3, rate: 0.05 })
    expect(valueAmerican(deep)).toEqual({ price: 50, delta: -1 })
    expect(valueAmerican({ ...deep, years: 0 })).toEqual({ price: 50, delta: -1 })
    expect(valueAmerican({ ...deep, volatility: 0 })).toEqual({ price: 50, delta: -1 })
  })

  it('has the delta that its prices show', () => {
    for (const side of ['PUT', 'CALL'] as const) {
      for (const strike of [85, 100, 115]) {
        const terms = {
          side,
          spot: 100,
          strike,
          years: 0.2,
          volatility: 0.3,
          rate: 0.05,
          dividendYield: 0.02,
        }
        const [up, down] = [valueAmerican({ ...terms, spot: 101 }), valueAmerican({ ...terms, spot: 99 })]
        expect(Math.abs(valueAmerican(terms).delta - (up.price - down.price) / 2)).toBeLessThan(5e-4)
      }
    }
  })

  it('is a number within its bounds, whatever the terms', () => {
    for (const years of [1e-6, 1e-3, 0.1, 10]) {
      for (const volatility of [1e-6, 1e-3, 0.05, 1, 30]) {
        for (const [rate, dividendYield] of cross(
          [-0.05, 0, 1e-6, 0.05, 0.5],
          [-0.5, -0.05, 0, 1e-6, 0.05, 2],
        )) {
          for (const strike of [1e-3, 50, 100, 101, 1e5]) {
            for (const side of ['PUT', 'CALL'] as const) {
              const terms = { side, spot: 100, strike, years, volatility, rate, dividendYield }
              const { price, delta } = valueAmerican(terms)
              const exercised = side === 'PUT' ? strike - 100 : 100 - strike
              expect(price).toBeGreaterThanOrEqual(Math.max(0, exercised) - 1e-9)
              expect(Number.isFinite(price) && Number.isFinite(delta)).toBe(true)
            }
          }
        }
      }
    }
  })
})

describe('gaussLegendre', () => {
  it.each([1, 2, 6, 16])('integrates polynomials with %d points', (points) => {
    for (let power = 0; power < 2 * points; power += 1) {
      const sum = gaussLegendre(points).reduce((total, { x, weight }) => total + weight * x ** power, 0)
      expect(sum).toBeCloseTo(power % 2 === 0 ? 2 / (power + 1) : 0, 13)
    }
  })
})

function* grid(years: number): Generator<TreeTerms> {
  for (const side of ['PUT', 'CALL'] as const) {
    for (const volatility of [0.05, 0.15, 0.4, 1, 3]) {
      for (const [rate, dividendYield] of cross([0, 0.045, 0.08], [-0.03, 0, 0.08])) {
        // Where the drift of a step is more than its width, a tree has no probabilities.
        if (Math.abs(rate - dividendYield) * Math.sqrt(years / 200) > volatility * 0.9) continue
        for (const strike of [60, 95, 105, 160]) {
          yield { side, spot: 100, strike, years, volatility, rate, dividendYield }
        }
      }
    }
  }
}

function cross(a: readonly number[], b: readonly number[]): [number, number][] {
  return a.flatMap((x) => b.map((y): [number, number] => [x, y]))
}
