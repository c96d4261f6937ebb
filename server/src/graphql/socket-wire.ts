/** One WebSocket, bounded: in what it may send, in what may wait for it, and in its silence. */
import { CloseCode } from 'graphql-ws'
import type { WebSocket } from 'ws'
import type { Beating, Heartbeat } from './heartbeat.ts'

/** Of answers that wait for a reader, before the reader is given up. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024
/** Nobody types so fast; what runs is bounded by other limits. */
const MAX_MESSAGES_PER_SECOND = 500

/** A class without closures, because there are thousands: what they all do is there once. */
export abstract class SocketWire implements Beating {
  readonly socket: WebSocket
  readonly #beating: Set<Beating>
  #isAlive = true
  /** A whole number, which needs no place of its own. */
  #second = 0
  /** Messages of that second. */
  #messages = 0

  constructor(socket: WebSocket, heartbeat: Heartbeat) {
    this.socket = socket
    this.#beating = heartbeat.join(this)
  }

  /** What came is text, and within the bounds. */
  protected abstract heard(text: string): void

  onMessage(data: Buffer, isBinary: boolean): void {
    if (!this.#admits()) return
    if (isBinary) this.refuse()
    else this.heard(data.toString())
  }

  onPing(): void {
    this.#admits()
  }

  onPong(): void {
    this.#isAlive = true
  }

  onClose(): void {
    this.#beating.delete(this)
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN
  }

  send(text: string): void {
    if (this.socket.bufferedAmount > MAX_WAITING_BYTES) this.socket.terminate()
    if (this.isOpen) this.socket.send(text)
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason)
  }

  /** It should not have been sent. */
  protected refuse(): void {
    this.close(CloseCode.BadRequest, 'Invalid message received')
  }

  /** A peer that has not answered one ping when the next is due is gone. */
  beat(): void {
    if (!this.#isAlive) return this.socket.terminate()
    this.#isAlive = false
    if (this.isOpen) this.socket.ping()
  }

  /** Whether to look at a message at all: not when the goodbye is said, and not in a flood. */
  #admits(): boolean {
    if (!this.isOpen) return false
    if (this.#isWithinRate()) return true
    this.close(CloseCode.TooManyInitialisationRequests, 'Too many messages')
    return false
  }

  #isWithinRate(): boolean {
    const second = Math.floor(performance.now() / 1_000)
    if (second !== this.#second) {
      this.#second = second
      this.#messages = 0
    }
    this.#messages += 1
    return this.#messages <= MAX_MESSAGES_PER_SECOND
  }
}
