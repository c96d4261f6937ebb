import { describe, expect, it } from 'vitest'
import { compareGreeks, recordings } from '../../support/greeks-comparison.ts'
import { recordingsDir } from '../../support/recordings.ts'

const dir = recordingsDir()

describe.skipIf(dir === null)('our deltas, beside the vendor’s, on recorded liquid contracts', () => {
  it.each(recordings)('$name', (recording) => {
    const comparison = compareGreeks(dir ?? '', recording)
    if (comparison === null || comparison.ours.contracts === 0) return
    // Like with like: where a vendor leaves early exercise out, ours does here.
    const { unsolved, median, p95 } = recording.vendorIsEuropean ? comparison.european : comparison.ours
    expect(unsolved).toBe(0)
    expect(median).toBeLessThan(0.01)
    expect(p95).toBeLessThan(0.03)
    expect(comparison.outOfTheMoney.p95).toBeLessThan(0.02)
  })
})
