import { describe, expect, it } from 'vitest'
import { drawnRows, rowStarts } from '../../web/src/ui/drawn-rows.ts'

const tenEach = rowStarts(100, () => 10)
const indices = (from: number, to: number, kept?: number) =>
  drawnRows(tenEach, from, to, kept).rows.map(({ index }) => index)

describe('the rows that are drawn', () => {
  it('are those that reach into what is seen, partly is enough', () => {
    expect(indices(25, 41)).toEqual([2, 3, 4])
    expect(indices(20, 40)).toEqual([2, 3])
  })

  it('are the first ones above the list, none below it, and all without bounds', () => {
    expect(indices(-500, 15)).toEqual([0, 1])
    expect(indices(5_000, 6_000)).toEqual([])
    expect(indices(-Infinity, Infinity)).toHaveLength(100)
    expect(drawnRows([0], 0, 100)).toEqual({ rows: [], gapAfter: 0 })
  })

  it('include the one that has the focus, wherever it is', () => {
    expect(indices(500, 515, 3)).toEqual([3, 50, 51])
    expect(indices(500, 515, 90)).toEqual([50, 51, 90])
    expect(indices(500, 515, 51)).toEqual([50, 51])
    expect(indices(500, 515, 100)).toEqual([50, 51])
  })

  it('have gaps between them that make the list as high as if all were drawn', () => {
    const starts = rowStarts(6, (index) => (index + 1) * 10)
    const { rows, gapAfter } = drawnRows(starts, 30, 59, 4)
    expect(rows).toEqual([
      { index: 2, gapBefore: 30 },
      { index: 4, gapBefore: 40 },
    ])
    expect(gapAfter).toBe(60)
    const drawn = rows.reduce((sum, { index, gapBefore }) => sum + gapBefore + (index + 1) * 10, 0)
    expect(drawn + gapAfter).toBe(starts.at(-1))
  })
})
