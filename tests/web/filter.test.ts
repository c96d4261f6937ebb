import { describe, expect, it } from 'vitest'
import { readFilter, writeFilter } from '../../web/src/scan/filter-address.ts'
import {
  narrowing,
  countFilters,
  countMore,
  expirationsOf,
  noFilter,
  withoutMore,
  type Filter,
} from '../../web/src/scan/filter.ts'
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
const shown = (part: Partial<Filter>) =>
  narrowing({ ...noFilter, ...part })(tickers).map(({ symbol, options }) => `${symbol} ${options.length}`)

describe('what a filter leaves', () => {
  it('is everything, untouched, without a filter', () => {
    expect(narrowing(noFilter)(tickers)).toBe(tickers)
  })

  it('is the same object for the same ticker, so that nothing is drawn again', () => {
    const narrow = narrowing({ ...noFilter, minReturn: 40 })
    const [before, after] = [narrow(tickers), narrow([...tickers, ticker('ZM', { rating: 'HIGH' })])]
    expect(after.slice(0, before.length).every((row, index) => row === before[index])).toBe(true)
    // Of which nothing is left out.
    expect(before).toContain(tickers[2])
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

describe('each bound', () => {
  const one = contract({
    daysToExpiration: 14,
    delta: -0.15,
    otmPercent: 7,
    spreadPercent: 4.9,
    openInterest: 100,
    volume: 10,
    collateral: 19_000,
  })
  const passes = (part: Partial<Filter>, row = one) =>
    narrowing({ ...noFilter, ...part })([ticker('AAPL', { options: [row] })]).length === 1

  it.each([
    { lets: { minDays: 14 }, stops: { minDays: 15 } },
    { lets: { maxDays: 14 }, stops: { maxDays: 13 } },
    { lets: { minDelta: 0.15 }, stops: { minDelta: 0.16 } },
    { lets: { maxDelta: 0.15 }, stops: { maxDelta: 0.14 } },
    { lets: { minOtm: 7 }, stops: { minOtm: 7.1 } },
    { lets: { maxSpread: 4.9 }, stops: { maxSpread: 4.8 } },
    { lets: { minOpenInterest: 100 }, stops: { minOpenInterest: 101 } },
    { lets: { minVolume: 10 }, stops: { minVolume: 11 } },
    { lets: { maxCollateral: 19_000 }, stops: { maxCollateral: 18_999 } },
  ])('is inclusive: $lets but not $stops', ({ lets, stops }) => {
    expect([passes(lets), passes(stops)]).toEqual([true, false])
  })

  it('is not passed by what is not known', () => {
    const unknown = contract({ spreadPercent: null, openInterest: null, volume: null })
    expect(passes({}, unknown)).toBe(true)
    expect(passes({ maxSpread: 200 }, unknown)).toBe(false)
    expect(passes({ minOpenInterest: 0 }, unknown)).toBe(false)
    expect(passes({ minVolume: 0 }, unknown)).toBe(false)
  })

  it('stands beside the kinds of expirations and the grades', () => {
    const row = contract({ expirationKind: 'LEAPS', quality: { grade: 'C', issues: [] } })
    expect(passes({ kinds: ['LEAPS', 'WEEKLY'], grades: ['C'] }, row)).toBe(true)
    expect(passes({ kinds: ['WEEKLY'] }, row)).toBe(false)
    expect(passes({ grades: ['A', 'B'] }, row)).toBe(false)
  })
})

describe('how many filters are on', () => {
  const filter: Filter = { ...noFilter, text: 'aapl', minReturn: 40, minDays: 0, grades: ['A', 'B'] }

  it('counts each, and those behind "More filters" for themselves', () => {
    expect([countFilters(noFilter), countFilters(filter), countMore(filter)]).toEqual([0, 4, 2])
  })

  it('leaves those of the bar when the others are cleared', () => {
    expect(withoutMore(filter)).toEqual({ ...noFilter, text: 'aapl', minReturn: 40 })
  })
})

describe('the address', () => {
  it('says the filter, and gives it back', () => {
    const filter: Filter = {
      ...noFilter,
      text: 'aapl, ub',
      ratings: ['GOOD', 'UNKNOWN'],
      minReturn: 42.5,
      expiration: '2025-06-20',
      minDelta: 0,
      maxDelta: 0.15,
      maxCollateral: 20_000,
      kinds: ['WEEKLY', 'LEAPS'],
      grades: ['A'],
    }
    const params = writeFilter(new URLSearchParams('open=AAPL'), filter)
    expect(params.toString()).toBe(
      'open=AAPL&q=aapl%2C+ub&rating=good%2Cunknown&expiration=2025-06-20&kind=weekly%2Cleaps&grade=a' +
        '&return=42.5&min-delta=0&max-delta=0.15&collateral=20000',
    )
    expect(readFilter(params)).toEqual(filter)
  })

  it('is clean without a filter', () => {
    expect(
      writeFilter(new URLSearchParams('q=x&rating=good&return=1&expiration=2025-06-20'), noFilter).toString(),
    ).toBe('')
  })

  it('may contain nonsense', () => {
    expect(
      readFilter(
        new URLSearchParams('rating=best,HIGH&return=lots&expiration=tomorrow&grade=E&volume=1e999'),
      ),
    ).toEqual({
      ...noFilter,
      ratings: ['HIGH'],
    })
  })
})

it('lists each expiration once, the nearest first', () => {
  expect(expirationsOf(tickers)).toEqual(['2025-06-20', '2025-06-27'])
})
