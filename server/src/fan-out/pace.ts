/**
 * Work in slices: so much of it, then everything else that waits on the event loop, then more. One pace for the whole
 * process, because many small deliveries block as long as a large one.
 */

export interface Pace {
  /** Resolves when it is the caller's turn; undefined, to save the wait, when that is now. @param cost in writes */
  turn(cost: number): Promise<void> | undefined
}

interface Waiting {
  cost: number
  go: () => void
}

/** Writes to a socket in one turn of the event loop: about 1 ms. */
const SLICE = 64
/** Writes between two looks at the pace. */
const STEP = 64

export function createPace(slice = SLICE): Pace {
  let spent = 0
  let waiting: Waiting[] = []

  function next(): void {
    spent = 0
    let served = 0
    while (spent < slice && served < waiting.length) {
      const { cost, go } = waiting[served++] as Waiting
      spent += cost
      go()
    }
    waiting = waiting.slice(served)
    if (spent > 0) setImmediate(next)
  }

  return {
    turn(cost) {
      if (spent === 0) setImmediate(next)
      if (spent < slice && waiting.length === 0) {
        spent += cost
        return undefined
      }
      return new Promise((go) => waiting.push({ cost, go }))
    },
  }
}

/** Visits every member that is there when its turn comes; those who are added meanwhile have their turn too. */
export async function inTurns<T>(
  pace: Pace,
  members: ReadonlySet<T>,
  visit: (member: T) => void,
): Promise<void> {
  let left = 0
  for (const member of members) {
    if (left === 0) {
      left = Math.min(STEP, members.size)
      await pace.turn(left)
      if (!members.has(member)) continue
    }
    left -= 1
    visit(member)
  }
}
