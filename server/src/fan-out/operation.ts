/** All subscribers of one operation: one audience, or several when the source cannot be joined late. */
import { Audience } from './audience.ts'
import type { RunOptions } from './run.ts'
import type { Subscriber } from './subscriber.ts'

export interface OperationOptions extends RunOptions {
  /** Nobody is left. */
  onEmpty: () => void
}

export class Operation {
  readonly #options: OperationOptions
  #audience: Audience | null = null
  #size = 0

  constructor(options: OperationOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#size
  }

  /** Also for one that was too slow, and is not any more. */
  join(subscriber: Subscriber): void {
    if (subscriber.operation === null) this.#size += 1
    subscriber.operation = this
    if (this.#audience?.isOpen !== true) this.#audience = new Audience(this.#options)
    this.#audience.join(subscriber)
  }

  leave(subscriber: Subscriber): void {
    subscriber.operation = null
    subscriber.audience?.leave(subscriber)
    this.#size -= 1
    if (this.#size === 0) this.#options.onEmpty()
  }
}
