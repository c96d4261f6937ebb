/** One source and one execution, followed for all of its members until it ends or is stopped. */
import type { ExecutionResult } from 'graphql'
import { Frame, type Stringify } from './frame.ts'
import { inTurns, type Pace } from './pace.ts'
import { createTap, tapped, type Position, type Tap } from './position.ts'
import { giveBack, isStream, type Open } from './source.ts'
import type { Subscriber } from './subscriber.ts'

export interface RunOptions {
  open: Open
  pace: Pace
  stringify: Stringify
  /** Reads too slowly, and is no member any more. */
  onSlow: (member: Subscriber) => void
}

/** Results kept for those who are joining, at most. */
const MAX_RECENT = 64

export class Run {
  readonly #options: RunOptions
  readonly #tap: Tap
  readonly #members = new Set<Subscriber>()
  #iterator: AsyncIterator<ExecutionResult> | null = null
  #count = 0
  #last: Position | null = null
  #recent: Frame[] | null = null
  #isOver = false
  #error: unknown

  constructor(options: RunOptions) {
    this.#options = options
    this.#tap = createTap(options.pace)
    void this.#follow()
  }

  /** Whether the first result is out: who comes later has missed something. */
  get hasBegun(): boolean {
    return this.#count > 0
  }

  /** Whether results say where they stand, so that a snapshot can be put before the right one. */
  get isPositioned(): boolean {
    return this.#tap.isPositioned
  }

  get isOver(): boolean {
    return this.#isOver
  }

  get isEmpty(): boolean {
    return this.#members.size === 0
  }

  /** Takes a member from the first result on. */
  add(member: Subscriber): void {
    member.from = 0
    member.snapshot = null
    this.#members.add(member)
  }

  delete(member: Subscriber): void {
    this.#members.delete(member)
  }

  /** From now on, results are kept for those who will be placed. */
  remember(): void {
    this.#recent = []
  }

  forget(): void {
    this.#recent = null
  }

  /** False when there were too many results to keep. */
  get remembers(): boolean {
    return this.#recent !== null
  }

  /** Gives a latecomer a snapshot taken since `remember`, what has come after it, and a place among the members. */
  place(member: Subscriber, snapshot: Frame): void {
    const at = snapshot.position
    const recent = this.#recent ?? []
    // From the first one that is not in the snapshot on: that one may have taken back what is.
    const first = recent.findIndex((frame) => at === null || !frame.isPartOf(at))
    const missed = first === -1 ? [] : recent.slice(first)
    for (const frame of [snapshot, ...missed]) write(member, frame)
    if (this.#isOver) member.finish(this.#error)
    if (member.operation === null) return
    member.from = this.#count
    member.snapshot = missed.length === 0 ? at : null
    this.#members.add(member)
  }

  /** Gives the source back. */
  stop(): void {
    this.#isOver = true
    giveBack(this.#iterator)
  }

  async #follow(): Promise<void> {
    try {
      const opened = await tapped(this.#tap, this.#options.open)
      if (isStream(opened)) await this.#drain(opened)
      else await this.#deliver(opened)
    } catch (error) {
      this.#error = error
      giveBack(this.#iterator)
    }
    this.#isOver = true
    await inTurns(this.#options.pace, this.#members, (member) => member.finish(this.#error))
  }

  async #drain(stream: AsyncIterable<ExecutionResult>): Promise<void> {
    this.#iterator = stream[Symbol.asyncIterator]()
    if (this.#isOver) giveBack(this.#iterator)
    // The next result is asked for when this one is handed over: a source may unite what comes meanwhile.
    while (!this.#isOver) {
      const step = await this.#iterator.next()
      if (step.done === true) return
      await this.#deliver(step.value)
    }
  }

  async #deliver(result: ExecutionResult): Promise<void> {
    const { pace, stringify } = this.#options
    const { position } = this.#tap
    const frame = new Frame(this.#count++, result, position, this.#last, stringify)
    this.#last = position
    if (this.#recent !== null && this.#recent.push(frame) > MAX_RECENT) this.#recent = null
    await inTurns(pace, this.#members, (member) => this.#offer(member, frame))
  }

  #offer(member: Subscriber, frame: Frame): void {
    if (member.from > frame.number) return
    if (member.snapshot !== null) {
      if (frame.isPartOf(member.snapshot)) return
      member.snapshot = null
    }
    if (member.backlog() <= member.limit()) return write(member, frame)
    this.#members.delete(member)
    this.#options.onSlow(member)
  }
}

/** What goes wrong with one member is no matter of the others. */
export function write(member: Subscriber, frame: Frame): void {
  try {
    member.write(frame)
  } catch (error) {
    member.finish(error)
  }
}
