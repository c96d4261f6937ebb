/** One operation on a WebSocket: from the message that asks for it until it is over, by whichever side. */
import { SocketSubscriber, type Socket } from '../fan-out/index.ts'

/** What an operation runs on. */
export interface Carrier {
  readonly socket: Socket
  /** There is nothing more: the source has ended, or failed. */
  ended(operation: SocketOperation, error: unknown): void
}

export class SocketOperation extends SocketSubscriber {
  readonly id: string
  /** Most connections have one, and a list would be larger. */
  next: SocketOperation | null
  readonly #carrier: Carrier

  constructor(carrier: Carrier, id: string, next: SocketOperation | null) {
    super(carrier.socket, id)
    this.id = id
    this.next = next
    this.#carrier = carrier
  }

  end(error?: unknown): void {
    this.#carrier.ended(this, error)
  }
}
