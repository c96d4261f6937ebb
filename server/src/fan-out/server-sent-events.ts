/** Over Server-Sent Events, as GraphQL over SSE's "distinct connections" mode has them. */
import { ServerResponse } from 'node:http'
import type { Writable } from 'node:stream'
import { GraphQLError, type ExecutionResult } from 'graphql'
import type { FanOut, Subscription } from './fan-out.ts'
import type { Frame, Stringify } from './frame.ts'
import { inTurns, createPace } from './pace.ts'
import { Subscriber } from './subscriber.ts'

export interface EventStreams {
  /**
   * Writes the body of an answer whose head has been told, usually a `node:http` ServerResponse. One that is destroyed
   * already follows nothing.
   * @returns `close`, which tells the client why, if there is a reason, and that it is over
   */
  open(subscription: Subscription, response: Writable): { close(reason?: unknown): void }
}

const BACKLOG_BYTES = 256 * 1024
/** So that proxies see that it is alive. */
const PING_MS = 12_000

export const eventStreamHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
  Connection: 'keep-alive',
  // For proxies that would rather collect than pass on.
  'X-Accel-Buffering': 'no',
}
const PING = Buffer.from(':\n\n')
const COMPLETE = 'event: complete\ndata:\n\n'

class StreamSubscriber extends Subscriber {
  readonly #response: Writable
  readonly #stringify: Stringify

  constructor(response: Writable, stringify: Stringify) {
    super()
    this.#response = response
    this.#stringify = stringify
  }

  backlog(): number {
    return this.#response.writableLength
  }

  limit(): number {
    return BACKLOG_BYTES
  }

  write(frame: Frame): void {
    const wire = wireOf(this.#response)
    if (wire === null) this.#response.write(frame.serverSentEvent)
    else wire.write(frame.chunk)
  }

  ping(): void {
    if (this.backlog() === 0) this.#response.write(PING)
  }

  end(error?: unknown): void {
    if (this.#response.destroyed || this.#response.writableEnded) return
    if (error !== undefined) this.#response.write(`event: next\ndata: ${this.#stringify(failure(error))}\n\n`)
    this.#response.end(COMPLETE)
  }

  /** What waits is not read: a farewell would not be either. */
  giveUp(): void {
    this.#response.destroy()
  }
}

/** Where chunks that are ready go: the answer would put each together again, in three pieces. Null when it takes none. */
function wireOf(response: Writable): Writable | null {
  return response instanceof ServerResponse && response.chunkedEncoding ? response.socket : null
}

/** @param fanOut one of these for each */
export function createEventStreams(fanOut: FanOut, { pingMs = PING_MS } = {}): EventStreams {
  const subscribers = new Set<StreamSubscriber>()
  const pace = createPace()
  let pings: NodeJS.Timeout | null = null

  function closed(subscriber: StreamSubscriber): void {
    subscriber.leave()
    subscribers.delete(subscriber)
    if (subscribers.size > 0 || pings === null) return
    clearInterval(pings)
    pings = null
  }

  return {
    open(subscription, response) {
      const subscriber = new StreamSubscriber(response, fanOut.stringify)
      const stream = { close: (reason?: unknown) => subscriber.finish(reason) }
      if (response.destroyed) return stream
      // Some browsers wait for the first byte before they believe in the headers.
      response.write(PING)
      subscribers.add(subscriber)
      pings ??= setInterval(() => void inTurns(pace, subscribers, (one) => one.ping()), pingMs).unref()
      response.once('close', () => closed(subscriber))
      fanOut.join(subscription, subscriber)
      return stream
    },
  }
}

/** Errors that GraphQL has made are meant to be told; of others, only that they were. */
function failure(error: unknown): ExecutionResult {
  const isMeant = error instanceof Error && error.name === 'GraphQLError'
  return { errors: [isMeant ? (error as GraphQLError) : new GraphQLError('Unexpected error.')] }
}
