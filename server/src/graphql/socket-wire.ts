/** One WebSocket as graphql-ws wants it, bounded: in what it may send, in what may wait for it, and in its silence. */
import { CloseCode, type WebSocket as ProtocolSocket } from 'graphql-ws'
import type { WebSocket } from 'ws'
import type { Beating, Heartbeat } from './heartbeat.ts'

export interface Wire extends ProtocolSocket {
  isOpen(): boolean
  close(code: number, reason: string): void
  /** Messages being worked on: each running operation is one. */
  busy(): number
}

/** Of answers that wait for a reader, before the reader is given up. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024
/** Nobody types so fast; what runs is bounded by other limits. */
const MAX_MESSAGES_PER_SECOND = 500

const PONG = JSON.stringify({ type: 'pong' })

/** A class, because there are thousands: what they all do is there once. */
class SocketWire implements Wire, Beating {
  readonly #socket: WebSocket
  readonly #apology: Apology
  #busy = 0
  #isAlive = true
  /** Messages of the second that began then. */
  #second = 0
  #messages = 0

  constructor(socket: WebSocket, heartbeat: Heartbeat, apology: Apology) {
    this.#socket = socket
    this.#apology = apology
    const beating = heartbeat.join(this)
    socket.on('pong', () => (this.#isAlive = true))
    socket.on('ping', () => this.#admits())
    socket.once('close', () => beating.delete(this))
    // ws closes what cannot be read by itself, with the code for it.
    socket.on('error', ignore)
  }

  get protocol(): string {
    return this.#socket.protocol
  }

  isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  busy(): number {
    return this.#busy
  }

  async send(text: string): Promise<void> {
    if (this.#socket.bufferedAmount > MAX_WAITING_BYTES) this.#socket.terminate()
    // A stream that always has more must not keep the event loop from hearing that the socket is closed.
    if (!this.isOpen()) return new Promise((resolve) => void setImmediate(resolve))
    // An error here is followed by the end of the socket.
    await new Promise<void>((resolve) => this.#socket.send(text, () => resolve()))
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }

  /** Without the payload, which may be large: nobody pays for its way back. */
  onPing(): Promise<void> {
    return this.send(PONG)
  }

  onMessage(handle: (text: string) => Promise<void>): void {
    this.#socket.on('message', (data: Buffer, isBinary) => {
      if (!this.#admits()) return
      if (isBinary) return this.#refuse()
      void this.#work(handle, data.toString())
    })
  }

  async #work(handle: (text: string) => Promise<void>, text: string): Promise<void> {
    this.#busy += 1
    try {
      await handle(text)
    } catch (err) {
      const answer = this.#apology(err, text)
      if (answer === null) this.#refuse()
      else await this.send(answer)
    } finally {
      this.#busy -= 1
    }
  }

  /** A peer that has not answered one ping when the next is due is gone. */
  beat(): void {
    if (!this.#isAlive) return this.#socket.terminate()
    this.#isAlive = false
    if (this.isOpen()) this.#socket.ping()
  }

  /** Whether to look at a message at all: not when the goodbye is said, and not in a flood. */
  #admits(): boolean {
    if (!this.isOpen()) return false
    if (this.#isWithinRate()) return true
    this.close(CloseCode.TooManyInitialisationRequests, 'Too many messages')
    return false
  }

  #isWithinRate(): boolean {
    const now = performance.now()
    if (now - this.#second >= 1_000) {
      this.#second = now
      this.#messages = 0
    }
    this.#messages += 1
    return this.#messages <= MAX_MESSAGES_PER_SECOND
  }

  #refuse(): void {
    this.close(CloseCode.BadRequest, 'Invalid message received')
  }
}

const ignore = () => {}

/** The answer to a message that could not be handled; null when it should not have been sent. */
type Apology = (err: unknown, text: string) => string | null

export const openWire = (socket: WebSocket, heartbeat: Heartbeat, apology: Apology): Wire =>
  new SocketWire(socket, heartbeat, apology)
