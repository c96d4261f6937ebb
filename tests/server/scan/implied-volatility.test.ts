import { describe, expect, it } from 'vitest'
import { valueAmerican } from '../../../server/src/scan/american.ts'
import { solveImpliedVolatility, type PricedOption } from '../../../server/src/scan/implied-volatility.ts'
import { priceOption } from '../../../server/src/scan/pricing.ts'

const option: PricedOption = { side: 'PUT', spot: 100, strike: 95, years: 30 / 365, rate: 0.045, price: 1.3 }

describe('solveImpliedVolatility', () => {
  it.each([0, 0.02, 0.2, -0.02])(
    'finds the volatility that made the price, with a yield of %d',
    (dividendYield) => {
      let solved = 0
      for (const side of ['PUT', 'CALL'] as const) {
        for (const years of [3 / 365 / 24, 1 / 365, 7 / 365, 45 / 365, 1, 2.5]) {
          for (const volatility of [0.01, 0.05, 0.2, 0.6, 1.5, 3, 8]) {
            for (const strike of [50, 80, 95, 100, 103, 120, 200]) {
              const terms = { side, spot: 100, strike, years, rate: 0.045, dividendYield }
              const { price } = valueAmerican({ ...terms, volatility })
              // What the price says beyond that of a stock that stands still: without it, every answer is a guess.
              const { price: still } = valueAmerican({ ...terms, volatility: 0 })
              if (price - still < 1e-4 || valueAmerican({ ...terms, volatility: 0.001 }).price > price - 1e-4)
                continue
              solved += 1
              const answer = solveImpliedVolatility({ ...terms, price })
              expect(answer).not.toBeNull()
              const again = valueAmerican({ ...terms, volatility: answer ?? NaN }).price
              expect(Math.abs(again - price)).toBeLessThan(1e-5)
              expect(Math.abs((answer ?? NaN) - volatility)).toBeLessThan(1e-4 * volatility + 1e-5)
            }
          }
        }
      }
      expect(solved).toBeGreaterThan(200)
    },
  )

  it('gives the reference vectors back, where early exercise is worth nothing', () => {
    const terms = { side: 'CALL', spot: 200, strike: 150, years: 60 / 365, rate: 0.045 } as const
    const price = priceOption({ ...terms, volatility: 0.8 })
    expect(solveImpliedVolatility({ ...terms, price })).toBeCloseTo(0.8, 9)
  })

  it('says less than a European solver: the right to exercise early is part of the price', () => {
    const price = priceOption({ ...option, strike: 110, volatility: 0.3 })
    expect(solveImpliedVolatility({ ...option, strike: 110, price })).toBeLessThan(0.3)
  })

  it.each<[string, Partial<PricedOption>]>([
    ['what exercising gives', { strike: 110, price: 10 }],
    ['less than exercising gives', { strike: 110, price: 9 }],
    ['the strike of a put', { price: 95 }],
    ['more than the strike of a put', { price: 96 }],
    ['the stock, for a call', { side: 'CALL', price: 100 }],
    ['what a call is certain to give', { side: 'CALL', strike: 50, price: 50.01 }],
    ['nothing', { price: 0 }],
    ['less than nothing', { price: -1 }],
    ['no number', { price: NaN }],
    ['without end', { price: Infinity }],
    ['too little for any volatility', { strike: 99.999, price: 1e-9, years: 1 }],
  ])('has no answer for a price of %s', (_, change) => {
    expect(solveImpliedVolatility({ ...option, ...change })).toBeNull()
  })

  it.each<[string, Partial<PricedOption>]>([
    ['an expired option', { years: 0 }],
    ['one that expired yesterday', { years: -1 / 365 }],
    ['no time', { years: NaN }],
    ['a stock of nothing', { spot: 0 }],
    ['a stock of no price', { spot: NaN }],
    ['a strike of nothing', { strike: 0 }],
    ['a negative strike', { strike: -95 }],
    ['no rate', { rate: NaN }],
    ['no yield', { dividendYield: NaN }],
    ['an endless rate', { rate: Infinity }],
  ])('has no answer for %s', (_, change) => {
    expect(solveImpliedVolatility({ ...option, ...change })).toBeNull()
  })

  it('ends, with a volatility or without, whatever it is asked', () => {
    const numbers = [1e-300, 1e-9, 0.01, 0.5, 1, 99.99, 100, 100.01, 1e6, 1e300]
    for (const side of ['PUT', 'CALL'] as const) {
      for (const strike of numbers) {
        for (const price of numbers) {
          for (const years of [1e-12, 1e-3, 1, 100]) {
            for (const rate of [-0.5, 0, 0.05, 5]) {
              const answer = solveImpliedVolatility({
                side,
                spot: 100,
                strike,
                years,
                rate,
                price,
                dividendYield: 0.01,
              })
              if (answer !== null) expect(answer >= 0.001 && answer <= 10).toBe(true)
            }
          }
        }
      }
    }
  })
})
