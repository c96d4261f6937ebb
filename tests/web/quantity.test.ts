import { expect, it } from 'vitest'
import { contractName } from '../../web/src/explanation/contract-name.ts'
import { quantity } from '../../web/src/explanation/quantity.ts'
import { sourceText } from '../../web/src/scan/quote-source.ts'
import { contract } from './rows.ts'

it('says a number with its unit, as the tables do', () => {
  expect(quantity('bid', 2.5, 'USD')).toBe('$2.50')
  expect(quantity('annualizedReturn', 31.456, 'PERCENT')).toBe('31.46 %')
  expect(quantity('implied volatility', 0.315, 'FRACTION')).toBe('31.50 %')
  expect(quantity('delta', -0.15, 'FRACTION')).toBe('−0.1500')
  expect(quantity('days to expiration', 1, 'DAYS')).toBe('1 day')
  expect(quantity('openInterest', 1_200, 'CONTRACTS')).toBe('1,200')
  expect(quantity('mid', null, 'USD')).toBe('–')
})

it('names a contract as a person would', () => {
  expect(contractName(contract({ id: 'BRK.B250620P00187500', strike: 187.5 }))).toBe('BRK.B Jun 20 187.5 put')
})

it('says who quoted, and how late', () => {
  expect(sourceText({ source: 'cboe', delayMinutes: 15 })).toBe('cboe · 15 min delayed')
  expect(sourceText({ source: 'tradier', delayMinutes: 0 })).toBe('tradier · real time')
  expect(sourceText({ source: 'marketdata', delayMinutes: 1_440 })).toBe('marketdata · 1 d delayed')
  expect(sourceText({ source: 'demo', delayMinutes: null })).toBe('demo · simulated')
})
