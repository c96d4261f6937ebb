import { describe, expect, it } from 'vitest'
import type { NearMissFragment } from '../../web/src/gql/graphql.ts'
import { nearMissText } from '../../web/src/scan/near-misses.ts'

const miss = (part: Partial<NearMissFragment>): NearMissFragment => ({
  contractId: 'AAPL250620P00190000',
  expiration: '2025-06-20',
  strike: 190,
  reason: 'RETURN_TOO_LOW',
  limit: 30,
  value: 27,
  ...part,
})
const said = (part: Partial<NearMissFragment>) => nearMissText([miss(part)], 'PUT')

describe('what would nearly have passed', () => {
  it.each([
    [{}, 'at a return of 27 % instead of 30 %.'],
    [
      { reason: 'DELTA_TOO_HIGH' as const, limit: 0.2, value: 0.2134 },
      'at |delta| up to 0.214 instead of 0.20.',
    ],
    [
      { reason: 'SPREAD_TOO_WIDE' as const, limit: 10, value: 11.72 },
      'at a spread of 11.8 % instead of 10 %.',
    ],
    [
      { reason: 'OPEN_INTEREST_TOO_LOW' as const, limit: 1_500, value: 1_200 },
      'at an open interest of 1,200 instead of 1,500.',
    ],
    [{ reason: 'EXPIRATION_OUT_OF_RANGE' as const, limit: 28, value: 29 }, 'at 29 days instead of 28.'],
  ])('is said in words: %j', (part, words) => {
    expect(said(part)).toBe(`Nearly: Jun 20 190 P would pass ${words}`)
  })

  it('is never rounded to the limit, nor to where the contract would still not pass', () => {
    expect(said({ value: 29.97 })).toContain('29.9 % instead of 30 %')
    expect(said({ value: 29.9 })).toContain('29.9 %')
    expect(said({ reason: 'DELTA_TOO_HIGH', limit: 0.2, value: 0.2001 })).toContain('0.201 instead of 0.20')
    expect(said({ reason: 'SPREAD_TOO_WIDE', limit: 10, value: 10.1 })).toContain('10.1 %')
  })

  it('is one sentence for several', () => {
    const misses = [miss({}), miss({ strike: 187.5, expiration: '2025-06-27', value: 26 })]
    expect(nearMissText(misses, 'CALL')).toBe(
      'Nearly: Jun 20 190 C would pass at a return of 27 % instead of 30 %; Jun 27 187.5 C at a return of 26 % instead of 30 %.',
    )
  })

  it('is nothing without any', () => {
    expect(nearMissText([], 'PUT')).toBeNull()
  })
})
