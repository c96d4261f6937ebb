import { expect, test } from 'vitest'
import { narrow, type ScanFilter } from '../../../server/src/scan/filter.ts'
import { viewTickers } from '../../../server/src/scan/view.ts'
import { row, stock } from '../../support/fakes.ts'

// 90 P in 14 days, monthly, 43.45 % a year, delta −0.15, 10 % out of the money, spread 6.45 %, grade A, HIGH at a value of 80.
const stocks = [stock('AAA', { intrinsicValueEps: { value: 80, source: 'USER' } })]
const tickers = viewTickers([row('AAA')], stocks, ['fake'])

test.each<[ScanFilter, boolean]>([
  [{}, true],
  [{ symbols: null, ratings: null, minVolume: null }, true],
  [{ symbols: ['AAA'] }, true],
  [{ symbols: ['BBB'] }, false],
  [{ symbols: [] }, false],
  [{ ratings: ['HIGH', 'GOOD'] }, true],
  [{ ratings: ['GOOD'] }, false],
  [{ sides: ['PUT'] }, true],
  [{ sides: ['CALL'] }, false],
  [{ expirationKinds: ['MONTHLY'] }, true],
  [{ expirationKinds: ['WEEKLY'] }, false],
  [{ qualities: ['A'] }, true],
  [{ qualities: ['B', 'C'] }, false],
  [{ minAnnualizedReturn: 43.4 }, true],
  [{ minAnnualizedReturn: 43.5 }, false],
  [{ minAbsDelta: 0.15, maxAbsDelta: 0.15 }, true],
  [{ minAbsDelta: 0.16 }, false],
  [{ maxAbsDelta: 0.14 }, false],
  [{ minDaysToExpiration: 14, maxDaysToExpiration: 14 }, true],
  [{ maxDaysToExpiration: 13 }, false],
  [{ minOtmPercent: 10 }, true],
  [{ minOtmPercent: 10.1 }, false],
  [{ maxSpreadPercent: 7 }, true],
  [{ maxSpreadPercent: 6 }, false],
  [{ minOpenInterest: 100 }, true],
  [{ minOpenInterest: 101 }, false],
  [{ minVolume: 10 }, true],
  [{ minVolume: 11 }, false],
  [{ maxCollateral: 9_000 }, true],
  [{ maxCollateral: 8_999 }, false],
])('%j lets the contract pass: %s', (filter, passes) => {
  expect(narrow(tickers, filter)).toHaveLength(passes ? 1 : 0)
})

test('what is not known passes no bound', () => {
  const [contract] = row('AAA').options
  if (contract === undefined) throw new Error('no contract')
  const unknown = { ...contract, spreadPercent: null, openInterest: null, volume: null }
  const view = viewTickers([row('AAA', { options: [unknown] })], stocks, ['fake'])
  expect(narrow(view, { maxSpreadPercent: 200 })).toEqual([])
  expect(narrow(view, { minOpenInterest: 0 })).toEqual([])
  expect(narrow(view, { minVolume: 0 })).toEqual([])
  expect(narrow(view, { minOtmPercent: 0 })).toHaveLength(1)
})
