import { describe, expect, test } from 'vitest'
import { createCriteria, problemOf } from '../../../server/src/scan/criteria.ts'
import type { ScanCriteria } from '../../../server/src/scan/model.ts'
import { CacheUnavailable } from '../../../server/src/scan/errors.ts'
import { defaultCriteria, recordingLog } from '../../support/fakes.ts'

function memoryStore() {
  let stored = defaultCriteria
  return {
    current: async () => stored,
    replace: async (criteria: ScanCriteria) => (stored = criteria),
  }
}

describe('the criteria of the installation', () => {
  test('change only what is given, and are announced', async () => {
    const announced: string[][] = []
    const cache = { announce: async (symbols: string[]) => void announced.push(symbols) }
    const criteria = createCriteria(memoryStore(), cache, recordingLog())
    await criteria.update({ minAnnualizedReturn: 12, maxSpreadPercent: 40 })
    expect(await criteria.current()).toEqual({
      ...defaultCriteria,
      minAnnualizedReturn: 12,
      maxSpreadPercent: 40,
    })
    expect(await criteria.update({ maxSpreadPercent: null })).toMatchObject({
      maxSpreadPercent: null,
      minAnnualizedReturn: 12,
    })
    expect(announced).toEqual([[], []])
  })

  test.each<[Partial<ScanCriteria>, RegExp]>([
    [{ minAnnualizedReturn: -1 }, /annualized return/],
    [{ minAnnualizedReturn: Number.NaN }, /annualized return/],
    [{ maxAbsDelta: 1.01 }, /delta/],
    [{ minDaysToExpiration: 30 }, /first day/],
    [{ maxDaysToExpiration: 4_000 }, /Days/],
    [{ maxSpreadPercent: 201 }, /spread/],
    [{ minOpenInterest: -5 }, /open interest/],
  ])('refuse %j in words, and stay as they are', async (change, words) => {
    const criteria = createCriteria(memoryStore(), { announce: async () => {} }, recordingLog())
    await expect(criteria.update(change)).rejects.toThrow(words)
    expect(await criteria.current()).toEqual(defaultCriteria)
  })

  test('are kept when the cache cannot announce them', async () => {
    const log = recordingLog()
    const criteria = createCriteria(
      memoryStore(),
      { announce: () => Promise.reject(new CacheUnavailable()) },
      log,
    )
    expect(await criteria.update({ maxAbsDelta: 0.3 })).toMatchObject({ maxAbsDelta: 0.3 })
    expect(log.lines).toEqual([])
  })

  test('are fine as they come', () => {
    expect(problemOf(defaultCriteria)).toBeNull()
  })
})
