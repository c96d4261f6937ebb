import { describe, expect, it } from 'vitest'
import type { ModelGreeks } from '../../../server/src/scan/chain-model.ts'
import { withModelGreeks } from '../../../server/src/scan/greeks.ts'
import type { OptionQuote } from '../../../server/src/scan/model.ts'

const quote: OptionQuote = {
  occSymbol: 'XYZ250620P00095000',
  root: 'XYZ',
  side: 'PUT',
  expiration: '2025-06-20',
  strike: 95,
  bid: 1,
  ask: 1.1,
  delta: -0.2,
  impliedVolatility: 0.31,
  openInterest: 10,
  volume: 1,
  quotedAt: null,
}
const solved: ModelGreeks = { delta: -0.22, impliedVolatility: 0.33 }

describe('withModelGreeks', () => {
  it('leaves a vendor’s delta alone, and does not work for nothing', () => {
    const model = { greeksOf: () => expect.fail('The model was asked.') }
    expect(withModelGreeks(quote, model)).toEqual({
      delta: -0.2,
      impliedVolatility: 0.31,
      greeksSource: 'VENDOR',
    })
    // The vendor's delta stands without its volatility, which 0 says was not solved.
    expect(withModelGreeks({ ...quote, impliedVolatility: 0 }, model)).toMatchObject({
      impliedVolatility: null,
      greeksSource: 'VENDOR',
    })
  })

  it.each<[string, Partial<OptionQuote>]>([
    ['none', { delta: null }],
    ['−999', { delta: -999 }],
    ['0 beside a volatility of 0', { delta: 0, impliedVolatility: 0 }],
    ['one of the other side', { delta: 0.2 }],
    ['no number', { delta: NaN }],
  ])('gives ours, with our volatility, where the vendor’s is %s', (_, change) => {
    const greeks = withModelGreeks({ ...quote, ...change }, { greeksOf: () => solved })
    expect(greeks).toEqual({ ...solved, greeksSource: 'MODEL' })
  })

  it('says so where nobody knows', () => {
    const greeks = withModelGreeks({ ...quote, delta: null }, { greeksOf: () => null })
    expect(greeks).toEqual({ delta: null, impliedVolatility: 0.31, greeksSource: 'NONE' })
  })
})
