/** One subscriber of a shared operation. Each transport has its kind; there are many of them, so they are small. */
import type { Audience } from './audience.ts'
import type { Frame } from './frame.ts'
import type { Operation } from './operation.ts'
import type { Position } from './position.ts'

export abstract class Subscriber {
  /** Null before it has joined and after it has left. */
  operation: Operation | null = null
  /** Null as well while it is too slow for any. */
  audience: Audience | null = null
  /** Earlier results of the run are not for it. */
  from = 0
  /** Of the snapshot it joined with, as long as the run is behind that. */
  snapshot: Position | null = null
  /** How often it was found to be too slow, one time after the other. */
  slowLooks = 0

  /** What it has been given and has not read yet, in units of its limit. */
  abstract backlog(): number
  /** Beyond this, it is given nothing until it has caught up. */
  abstract limit(): number
  abstract write(frame: Frame): void
  /** There is nothing more: the source has ended, or failed. */
  abstract end(error?: unknown): void
  /** It has been too slow for too long. */
  abstract giveUp(): void

  /** May be called at any time, and more than once. */
  leave(): void {
    this.operation?.leave(this)
  }

  /** Leaves, and is told that there is nothing more. */
  finish(error?: unknown): void {
    this.leave()
    this.end(error)
  }
}
