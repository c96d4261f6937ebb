/**
 * A run and everybody who has come for it. Whoever comes before its first result is a member at once. Whoever comes
 * later is given a snapshot, taken once for all who come at that time, then what the run has told since the taking
 * began, and then a place among the members.
 */
import { inTurns } from './pace.ts'
import { Run, write, type RunOptions } from './run.ts'
import { takeSnapshot, type Snapshot, type TakingSnapshot } from './snapshot.ts'
import type { Subscriber } from './subscriber.ts'

export class Audience {
  readonly #options: RunOptions
  readonly #run: Run
  readonly #joining = new Set<Subscriber>()
  #taking: TakingSnapshot | null = null

  constructor(options: RunOptions) {
    this.#options = options
    this.#run = new Run({
      ...options,
      onSlow: (subscriber) => {
        subscriber.audience = null
        options.onSlow(subscriber)
        this.#stopWhenEmpty()
      },
    })
  }

  get isOpen(): boolean {
    const { isOver, hasBegun, isPositioned } = this.#run
    return !isOver && (isPositioned || !hasBegun)
  }

  join(subscriber: Subscriber): void {
    subscriber.audience = this
    if (!this.#run.hasBegun) return this.#run.add(subscriber)
    this.#joining.add(subscriber)
    if (this.#taking === null) void this.#welcome()
  }

  leave(subscriber: Subscriber): void {
    subscriber.audience = null
    this.#run.delete(subscriber)
    this.#joining.delete(subscriber)
    if (this.#joining.size === 0) this.#taking?.cancel()
    this.#stopWhenEmpty()
  }

  #stopWhenEmpty(): void {
    if (this.#run.isEmpty && this.#joining.size === 0) this.#run.stop()
  }

  async #welcome(): Promise<void> {
    const { open, pace, stringify } = this.#options
    while (this.#joining.size > 0) {
      this.#run.remember()
      this.#taking = takeSnapshot(open, pace, stringify)
      try {
        const snapshot = await this.#taking.taken
        if (snapshot !== null) await this.#seat(snapshot)
        else if (!this.#taking.isCancelled) this.#turnAway()
      } catch (error) {
        this.#turnAway(error)
      }
    }
    this.#run.forget()
    this.#taking = null
    this.#stopWhenEmpty()
  }

  /** Stops halfway when the run does not remember what it has told since: then another snapshot is needed. */
  async #seat({ frame, isRefusal }: Snapshot): Promise<void> {
    await inTurns(this.#options.pace, this.#joining, (subscriber) => {
      if (!this.#run.remembers) return
      this.#joining.delete(subscriber)
      if (!isRefusal) return this.#run.place(subscriber, frame)
      write(subscriber, frame)
      subscriber.finish()
    })
  }

  #turnAway(error?: unknown): void {
    for (const subscriber of this.#joining) subscriber.finish(error)
  }
}
