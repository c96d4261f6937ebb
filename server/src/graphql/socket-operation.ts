/** Operations on a WebSocket: each from the message that asks for it until it is over, by whichever side. */
import { SocketSubscriber, type Socket } from '../fan-out/index.ts'

/** What an operation runs on. */
export interface Carrier {
  readonly socket: Socket
  /** There is nothing more: the source has ended, or failed. */
  ended(operation: SocketOperation, error: unknown): void
}

export class SocketOperation extends SocketSubscriber {
  readonly id: string
  /** Of those under way on the same connection. */
  next: SocketOperation | null = null
  readonly #carrier: Carrier

  constructor(carrier: Carrier, id: string) {
    super(carrier.socket, id)
    this.id = id
    this.#carrier = carrier
  }

  end(error?: unknown): void {
    this.#carrier.ended(this, error)
  }
}

/** What a client wants and has not been told to the end. A linked list: usually there is one, and anything else is larger. */
export class OperationsUnderWay {
  #last: SocketOperation | null = null

  add(operation: SocketOperation): void {
    operation.next = this.#last
    this.#last = operation
  }

  find(id: string): SocketOperation | null {
    for (const one of this.#all()) if (one.id === id) return one
    return null
  }

  /** False for one whose id is used again by another. */
  has(operation: SocketOperation): boolean {
    return this.find(operation.id) === operation
  }

  /** How many subscriptions have begun. */
  followed(): number {
    let count = 0
    for (const { operation } of this.#all()) if (operation !== null) count += 1
    return count
  }

  /** @returns false when it was not under way any more */
  remove(operation: SocketOperation): boolean {
    if (this.#last === operation) this.#last = operation.next
    else {
      const after = [...this.#all()].find(({ next }) => next === operation)
      if (after === undefined) return false
      after.next = operation.next
    }
    operation.next = null
    return true
  }

  /** Leaves them all. */
  leave(): void {
    const all = [...this.#all()]
    this.#last = null
    for (const one of all) one.leave()
  }

  *#all(): Generator<SocketOperation> {
    for (let one = this.#last; one !== null; one = one.next) yield one
  }
}
