/**
 * Over WebSocket: results go straight to the socket, past whoever keeps the protocol. That is a server of one's own,
 * with its kind of `SocketSubscriber`, or graphql-ws, with an async iterable that only stands for the operation's lifetime.
 */
import type { Writable } from 'node:stream'
import type { ExecutionArgs } from 'graphql'
import type { FanOut, Subscription } from './fan-out.ts'
import type { Frame } from './frame.ts'
import { Subscriber } from './subscriber.ts'
import { LARGE } from './text-message.ts'

/** What is needed of a WebSocket of `ws`. */
export interface Socket {
  send(data: string | Buffer): void
  send(data: string | Buffer, options: { fin?: boolean; binary?: boolean }): void
  close(code: number, reason: string): void
  readonly bufferedAmount: number
  /**
   * The stream that it writes to, if whoever has upgraded the connection likes to tell, while it is open and if no
   * extension was agreed upon (`perMessageDeflate: false`): messages are written there whole, which is half the work.
   */
  readonly wire?: Writable | null
}

/** "Try again later", as registered for WebSockets; graphql-ws clients connect again. */
export const TOO_SLOW = { code: 1013, reason: 'Reading too slowly' }

const BACKLOG_BYTES = 256 * 1024
const OVER: IteratorResult<never> = { done: true, value: undefined }

/**
 * An operation on a socket: `next` messages go straight there. What comes after the last one, `complete` or `error`, is
 * the business of whoever keeps the protocol.
 */
export abstract class SocketSubscriber extends Subscriber {
  readonly #socket: Socket
  readonly #head: string

  constructor(socket: Socket, id: string) {
    super()
    this.#socket = socket
    this.#head = flat(`{"id":${JSON.stringify(id)},"type":"next","payload":`)
  }

  backlog(): number {
    return this.#socket.bufferedAmount
  }

  limit(): number {
    return BACKLOG_BYTES
  }

  write(frame: Frame): void {
    const { wire } = this.#socket
    if (wire == null) this.#send(frame)
    else frame.messages.write(wire, this.#head)
  }

  /** Through ws, which sends two pieces as two fragments. */
  #send({ text, endOfMessage }: Frame): void {
    if (text.length < LARGE) return this.#socket.send(`${this.#head}${text}}`)
    this.#socket.send(this.#head, { fin: false })
    this.#socket.send(endOfMessage, { fin: true, binary: false })
  }

  giveUp(): void {
    this.#socket.close(TOO_SLOW.code, TOO_SLOW.reason)
    this.end()
  }
}

interface Waiting {
  resolve: (result: IteratorResult<never>) => void
  reject: (error: unknown) => void
}

/** Its `next` waits until the source has ended or failed; its `return` leaves. */
export type Lifetime = AsyncIterableIterator<never> & { return(): Promise<IteratorResult<never>> }

class LifetimeSubscriber extends SocketSubscriber implements Lifetime {
  #waiting: Waiting | null = null
  #isOver = false
  #error: unknown

  end(error?: unknown): void {
    this.#isOver = true
    this.#error = error
    this.#answer()
  }

  next(): Promise<IteratorResult<never>> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      if (this.#isOver) this.#answer()
    })
  }

  async return(): Promise<IteratorResult<never>> {
    this.finish()
    return OVER
  }

  [Symbol.asyncIterator](): Lifetime {
    return this
  }

  #answer(): void {
    if (this.#error === undefined) this.#waiting?.resolve(OVER)
    else this.#waiting?.reject(this.#error)
    this.#waiting = null
    this.#error = undefined
  }
}

/** As one piece: V8 keeps what was put together in parts, and would put it together again for each message. */
const flat = (text: string) => Buffer.from(text).toString()

/** @returns what graphql-ws is given as the operation's result */
export function followOverSocket(
  fanOut: FanOut,
  subscription: Subscription,
  socket: Socket,
  id: string,
): Lifetime {
  const subscriber = new LifetimeSubscriber(socket, id)
  fanOut.join(subscription, subscriber)
  return subscriber
}

/** Of graphql-ws' server options; `extra.socket` is what `graphql-ws/use/ws` puts there. */
export interface SocketHooks {
  subscribe: (args: ExecutionArgs) => never
  onOperation: (
    context: { extra: { socket: Socket } },
    id: string,
    payload: unknown,
    args: ExecutionArgs,
    result: unknown,
  ) => Lifetime | undefined
}

/** Stands for the result of a subscription until `onOperation`, which knows the socket and the id, has a better one. */
const PENDING = Object.freeze({})

/** For graphql-ws' server: `useServer({ ...options, ...sharedSubscriptions(fanOut, subscribe) }, webSocketServer)`. */
export function sharedSubscriptions(fanOut: FanOut, subscribe: Subscription['subscribe']): SocketHooks {
  return {
    subscribe: () => PENDING as never,
    onOperation: ({ extra: { socket } }, id, _payload, args, result) =>
      result === PENDING ? followOverSocket(fanOut, { args, subscribe }, socket, id) : undefined,
  }
}
