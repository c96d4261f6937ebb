import { describe, expect, it } from 'vitest'
import { applyFilter, expirationsOf, noFilter, readFilter, writeFilter } from '../../web/src/scan/filter.ts'
import { contract, ticker } from './rows.ts'

const tickers = [
  ticker('AAPL', { stock: { name: 'Apple', intrinsicValue: null, preferredModel: 'EPS' } }),
  ticker('META', {
    options: [
      contract({ id: 'a', annualizedReturn: 30, rating: 'HIGH', expiration: '2025-06-27' }),
      contract({ id: 'b', annualizedReturn: 45.5, rating: 'GOOD' }),
    ],
  }),
  ticker('UBER', { stock: null, options: [contract({ id: 'c', annualizedReturn: 60, rating: 'UNKNOWN' })] }),
]
const shown = (part: Partial<typeof noFilter>) =>
  applyFilter(tickers, { ...noFilter, ...part }).map(({ symbol, options }) => `${symbol} ${options.length}`)

describe('what a filter leaves', () => {
  it('is everything, untouched, without a filter', () => {
    expect(applyFilter(tickers, noFilter)).toBe(tickers)
  })

  it('is found by the beginning of the symbol or any part of the name, by any of several words', () => {
    expect(shown({ text: 'me' })).toEqual(['META 2'])
    expect(shown({ text: 'pple' })).toEqual(['AAPL 1'])
    expect(shown({ text: ' aapl,  ub' })).toEqual(['AAPL 1', 'UBER 1'])
    expect(shown({ text: 'zzz' })).toEqual([])
  })

  it('is narrowed contract by contract, bounds included', () => {
    expect(shown({ minReturn: 45.5 })).toEqual(['META 1', 'UBER 1'])
    expect(shown({ ratings: ['HIGH'] })).toEqual(['META 1'])
    expect(shown({ ratings: ['HIGH', 'UNKNOWN'] })).toEqual(['META 1', 'UBER 1'])
    expect(shown({ expiration: '2025-06-27' })).toEqual(['META 1'])
  })
})

describe('the address', () => {
  it('says the filter, and gives it back', () => {
    const filter = {
      text: 'aapl, ub',
      ratings: ['GOOD' as const, 'UNKNOWN' as const],
      minReturn: 42.5,
      expiration: '2025-06-20',
    }
    const params = writeFilter(new URLSearchParams('open=AAPL'), filter)
    expect(params.toString()).toBe(
      'open=AAPL&q=aapl%2C+ub&rating=good%2Cunknown&return=42.5&expiration=2025-06-20',
    )
    expect(readFilter(params)).toEqual(filter)
  })

  it('is clean without a filter', () => {
    expect(
      writeFilter(new URLSearchParams('q=x&rating=good&return=1&expiration=2025-06-20'), noFilter).toString(),
    ).toBe('')
  })

  it('may contain nonsense', () => {
    expect(readFilter(new URLSearchParams('rating=best,HIGH&return=lots&expiration=tomorrow'))).toEqual({
      ...noFilter,
      ratings: ['HIGH'],
    })
  })
})

it('lists each expiration once, the nearest first', () => {
  expect(expirationsOf(tickers)).toEqual(['2025-06-20', '2025-06-27'])
})
