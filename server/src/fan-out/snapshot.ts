/** The first result of a source of its own, for those who join a run that goes on. */
import type { ExecutionResult } from 'graphql'
import { Frame, type Stringify } from './frame.ts'
import type { Pace } from './pace.ts'
import { createTap, tapped } from './position.ts'
import { giveBack, isStream, type Open } from './source.ts'

export interface Snapshot {
  frame: Frame
  /** There is no stream to follow: it was refused. */
  isRefusal: boolean
}

export interface TakingSnapshot {
  /** Null when the source had nothing to tell, or was cancelled. */
  taken: Promise<Snapshot | null>
  isCancelled: boolean
  cancel(): void
}

export function takeSnapshot(open: Open, pace: Pace, stringify: Stringify): TakingSnapshot {
  let iterator: AsyncIterator<ExecutionResult> | null = null

  async function take(): Promise<Snapshot | null> {
    const tap = createTap(pace)
    const frameOf = (result: ExecutionResult) => new Frame(0, result, tap.position, null, stringify)
    const opened = await tapped(tap, open)
    if (!isStream(opened)) return { frame: frameOf(opened), isRefusal: true }
    iterator = opened[Symbol.asyncIterator]()
    try {
      if (taking.isCancelled) return null
      const step = await iterator.next()
      return step.done === true ? null : { frame: frameOf(step.value), isRefusal: false }
    } finally {
      giveBack(iterator)
    }
  }

  const taking: TakingSnapshot = {
    // Begins in the next microtask, when there is something to cancel.
    taken: Promise.resolve().then(take),
    isCancelled: false,
    cancel() {
      taking.isCancelled = true
      giveBack(iterator)
    },
  }
  return taking
}
