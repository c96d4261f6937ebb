import { describe, expect, it } from 'vitest'
import { changesOf, draftOf } from '../../web/src/stocks/stock-draft.ts'

const stock = {
  name: 'Apple',
  active: true,
  notes: '',
  intrinsicValueEps: { value: 205, source: 'DEMO' as const },
  intrinsicValueFcf: null,
  preferredModel: 'EPS' as const,
}
const edited = (part: Partial<ReturnType<typeof draftOf>>) => changesOf(stock, { ...draftOf(stock), ...part })

describe('what is sent of an edited stock', () => {
  it('is nothing when nothing was changed, so that a model’s value does not become a person’s', () => {
    expect(edited({})).toEqual({})
  })

  it('is only what was changed', () => {
    expect(edited({ fcf: 221.5, active: false })).toEqual({
      intrinsicValueFcf: { value: 221.5 },
      active: false,
    })
    expect(edited({ notes: 'Wait.', preferredModel: 'FCF' })).toEqual({
      notes: 'Wait.',
      preferredModel: 'FCF',
    })
  })

  it('is null for what was emptied', () => {
    expect(edited({ eps: null, name: '  ' })).toEqual({ intrinsicValueEps: null, name: null })
  })
})
