/** Which rows of a long list are drawn, and how much empty space stands for the others. No React, no DOM. */

export interface DrawnRow {
  index: number
  /** Pixels that stand for the rows left out between this one and the one drawn before it. */
  gapBefore: number
}

export interface DrawnRows {
  rows: DrawnRow[]
  /** Pixels that stand for the rows left out at the end. */
  gapAfter: number
}

/** Where each row begins, and behind the last one where it ends: pixels from the top of the first. */
export function rowStarts(count: number, heightOf: (index: number) => number): number[] {
  const starts = [0]
  let end = 0
  for (let index = 0; index < count; index += 1) starts.push((end += heightOf(index)))
  return starts
}

/**
 * The rows that reach into the pixels from `from` to `to`.
 * @param kept one that is drawn wherever it is, because it has the focus; -1: none
 */
export function drawnRows(starts: number[], from: number, to: number, kept = -1): DrawnRows {
  const count = starts.length - 1
  const first = Math.max(0, firstEndingAfter(starts, from))
  const indices: number[] = []
  for (let index = first; index < count && (starts[index] ?? 0) < to; index += 1) indices.push(index)
  if (kept >= 0 && kept < count && !indices.includes(kept)) {
    indices.push(kept)
    indices.sort((a, b) => a - b)
  }
  let end = 0
  const rows = indices.map((index) => {
    const gapBefore = (starts[index] ?? 0) - end
    end = starts[index + 1] ?? end
    return { index, gapBefore }
  })
  return { rows, gapAfter: (starts[count] ?? 0) - end }
}

/** By halving: the index of the first row whose end is below `y`, or the number of rows. */
function firstEndingAfter(starts: number[], y: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((starts[middle + 1] ?? 0) > y) high = middle
    else low = middle + 1
  }
  return low
}
