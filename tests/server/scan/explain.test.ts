import { describe, expect, test } from 'vitest'
import { explain } from '../../../server/src/scan/explain.ts'
import { viewTickers } from '../../../server/src/scan/view.ts'
import { row, stock } from '../../support/fakes.ts'

const stocks = [stock('AAA', { intrinsicValueEps: { value: 95, source: 'USER' } })]
function explained(change: object = {}) {
  const [contract] = row('AAA').options
  if (contract === undefined) throw new Error('no contract')
  const [ticker] = viewTickers([row('AAA', { options: [{ ...contract, ...change }] })], stocks, ['fake'])
  const [option] = ticker?.options ?? []
  if (ticker === undefined || option === undefined) throw new Error('nothing to explain')
  return new Map(explain(ticker, option, { riskFreeRate: 0.045 }).map((each) => [each.field, each]))
}

describe('an explanation', () => {
  test('gives the inputs from which each number can be worked out again', () => {
    const all = explained()
    const input = (field: string, name: string) =>
      all.get(field)?.inputs.find((each) => each.name === name)?.value ?? Number.NaN
    const days = input('annualizedReturn', 'days to expiration')
    expect(
      (input('annualizedReturn', 'bid') / input('annualizedReturn', 'strike')) * (365 / days) * 100,
    ).toBeCloseTo(all.get('annualizedReturn')?.value ?? 0, 10)
    expect(input('breakEven', 'strike') - input('breakEven', 'bid')).toBe(all.get('breakEven')?.value)
    expect(input('premium', 'bid') * input('premium', 'shares per contract')).toBe(all.get('premium')?.value)
    expect(input('otmPercent', 'price of the stock')).toBe(100)
    expect(input('probabilityOtm', 'risk-free rate')).toBe(0.045)
    expect(all.get('rating')).toMatchObject({ value: 95, note: null })
  })

  test('says whose figure each input is, and when it held', () => {
    const bid = explained().get('annualizedReturn')?.inputs[0]
    expect(bid).toEqual({
      name: 'bid',
      value: 1.5,
      unit: 'USD',
      source: 'fake',
      at: '2025-06-06T19:15:00.000Z',
    })
    const own = explained({ quotedAt: '2025-06-06T19:29:00.000Z' }).get('annualizedReturn')?.inputs[0]
    expect(own?.at).toBe('2025-06-06T19:29:00.000Z')
    expect(explained({ greeksSource: 'MODEL' }).get('delta')?.inputs[0]?.source).toContain('our model')
  })

  test('says why a number is not there', () => {
    const all = explained({
      impliedVolatility: null,
      probabilityOtm: null,
      probabilityOfProfit: null,
      mid: null,
      spreadPercent: null,
    })
    for (const field of [
      'impliedVolatility',
      'probabilityOtm',
      'probabilityOfProfit',
      'mid',
      'spreadPercent',
    ]) {
      expect(all.get(field)).toMatchObject({ value: null, note: expect.stringMatching(/\w+/) as string })
    }
  })
})
