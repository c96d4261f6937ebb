/** Where in a source's story an event stands, told by whoever makes the source: what lets a latecomer join a running one. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Pace } from './pace.ts'

export interface Position {
  /** Positions are compared within one epoch only. */
  epoch: string
  /** Grows with every change. An event that stands for several changes has the position of the last. */
  seq: number | bigint
}

/** What a shared execution learns of its source: the position of the event that is being executed. */
export interface Tap {
  readonly pace: Pace
  isPositioned: boolean
  position: Position | null
}

/** An execution blocks the process about as long as so many writes. */
const EXECUTION = 32

const taps = new AsyncLocalStorage<Tap>()

export const createTap = (pace: Pace): Tap => ({ pace, isPositioned: false, position: null })

/** @returns what `open` does; a `positioned` source that is made meanwhile tells its positions to the tap */
export const tapped = <T>(tap: Tap, open: () => T): T => taps.run(tap, open)

/**
 * To be put around what a `subscribe` resolver returns. Whoever does so promises: the source begins with a snapshot,
 * everything there is; it then follows with every change; and the snapshot of a source is at least as new as whatever
 * other sources of its kind have told before it was opened.
 */
export function positioned<T>(
  source: AsyncIterable<T>,
  positionOf: (event: T) => Position,
): AsyncIterable<T> {
  const tap = taps.getStore()
  if (tap === undefined) return source
  tap.isPositioned = true
  const iterator = source[Symbol.asyncIterator]()
  const positions: AsyncIterableIterator<T> = {
    async next() {
      const step = await iterator.next()
      if (step.done === true) return step
      await tap.pace.turn(EXECUTION)
      const { epoch, seq } = positionOf(step.value)
      tap.position = { epoch, seq }
      return step
    },
    async return(value?: unknown) {
      return (await iterator.return?.(value)) ?? { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => positions,
  }
  return positions
}
