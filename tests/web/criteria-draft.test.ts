import { describe, expect, it } from 'vitest'
import { changesOf, draftOf, type CriteriaDraft } from '../../web/src/settings/criteria-draft.ts'
import { criteria } from './rows.ts'

const edited = (part: Partial<CriteriaDraft>, from = criteria) =>
  changesOf(from, { ...draftOf(from), ...part })

describe('what is sent of edited criteria', () => {
  it('is nothing when nothing was changed', () => {
    expect(edited({})).toEqual({ input: {}, problems: {} })
    expect(edited({ minAnnualizedReturn: ' 30.0 %', maxAbsDelta: '.2' }).input).toEqual({})
  })

  it('is only what was changed, as numbers', () => {
    expect(edited({ minAnnualizedReturn: '1,000.5', maxDaysToExpiration: '45' })).toEqual({
      input: { minAnnualizedReturn: 1_000.5, maxDaysToExpiration: 45 },
      problems: {},
    })
  })

  it('is null for any spread, and 0 for any open interest', () => {
    const set = { ...criteria, maxSpreadPercent: 10, minOpenInterest: 100 }
    expect(edited({ maxSpreadPercent: ' ', minOpenInterest: '' }, set).input).toEqual({
      maxSpreadPercent: null,
      minOpenInterest: 0,
    })
  })

  it('leaves to the server whether a number makes sense', () => {
    expect(edited({ maxAbsDelta: '5', minDaysToExpiration: '-1' })).toEqual({
      input: { maxAbsDelta: 5, minDaysToExpiration: -1 },
      problems: {},
    })
  })

  it.each(['', 'forty', '1e3', '0,2', '1.2.3', '.', '-', '12 34'])('is not “%s”', (typed) => {
    const { input, problems } = edited({ maxAbsDelta: typed })
    expect(input).toEqual({})
    expect(Object.keys(problems)).toEqual(['maxAbsDelta'])
  })

  it('is a whole number of days and of contracts', () => {
    const { input, problems } = edited({ minDaysToExpiration: '1.5', minOpenInterest: '99999999999' })
    expect(input).toEqual({})
    expect(Object.keys(problems)).toEqual(['minDaysToExpiration', 'minOpenInterest'])
  })
})
