/** One reading of everything for all who ask for the same version of the data. */
import type { ScanView } from './view.ts'

export interface SharedViewOptions {
  read: () => Promise<ScanView>
  /** How long one that was just read is what its version stands for, milliseconds since 1970; null: not even now. */
  goodUntil: (view: ScanView) => number | null
  now: () => number
}

/** @returns reads what there is now; for a version that the caller has seen, that or what another has read since */
export function createSharedView({ read, goodUntil, now }: SharedViewOptions) {
  /** Good for ever while it is being read: those who wait for it have come before it was there. */
  let last = { version: '', until: 0, reading: null as Promise<ScanView> | null }

  return (version: string | null): Promise<ScanView> => {
    if (version === null) return read()
    if (last.reading !== null && last.version === version && last.until > now()) return last.reading
    const mine = { version, until: Infinity, reading: read() }
    last = mine
    mine.reading.then(
      (view) => (mine.until = goodUntil(view) ?? 0),
      () => (mine.until = 0),
    )
    return mine.reading
  }
}
