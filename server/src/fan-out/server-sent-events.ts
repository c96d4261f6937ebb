/** Over Server-Sent Events, as GraphQL over SSE's "distinct connections" mode has them, on a `node:http` response. */
import type { ServerResponse } from 'node:http'
import type { FanOut, Subscription } from './fan-out.ts'
import type { Frame } from './frame.ts'
import { inTurns, createPace } from './pace.ts'
import { Subscriber } from './subscriber.ts'

export interface EventStreams {
  /**
   * Answers with a stream; headers that the response has already are kept.
   * @returns `close`, which tells the client why, if there is a reason, and that it is over
   */
  open(subscription: Subscription, response: ServerResponse): { close(reason?: unknown): void }
}

const BACKLOG_BYTES = 256 * 1024
/** So that proxies see that it is alive. */
const PING_MS = 12_000

const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache',
  Connection: 'keep-alive',
  // For proxies that would rather collect than pass on.
  'X-Accel-Buffering': 'no',
}
const PING = Buffer.from(':\n\n')
const COMPLETE = 'event: complete\ndata:\n\n'

class StreamSubscriber extends Subscriber {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    super()
    this.#response = response
  }

  backlog(): number {
    return this.#response.writableLength
  }

  limit(): number {
    return BACKLOG_BYTES
  }

  write({ serverSentEvent }: Frame): void {
    this.#response.write(serverSentEvent)
  }

  ping(): void {
    if (this.backlog() === 0) this.#response.write(PING)
  }

  end(error?: unknown): void {
    if (this.#response.destroyed || this.#response.writableEnded) return
    if (error !== undefined) this.#response.write(`event: next\ndata: ${failure(error)}\n\n`)
    this.#response.end(COMPLETE)
  }

  /** What waits is not read: a farewell would not be either. */
  giveUp(): void {
    this.#response.destroy()
  }
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
      response.writeHead(200, HEADERS)
      // Some browsers wait for the first byte before they believe in the headers.
      response.write(PING)
      const subscriber = new StreamSubscriber(response)
      subscribers.add(subscriber)
      pings ??= setInterval(() => void inTurns(pace, subscribers, (one) => one.ping()), pingMs).unref()
      response.once('close', () => closed(subscriber))
      fanOut.join(subscription, subscriber)
      return { close: (reason) => subscriber.finish(reason) }
    },
  }
}

/** Errors that GraphQL has made are meant to be told; of others, only that they were. */
function failure(error: unknown): string {
  const isMeant = error instanceof Error && error.name === 'GraphQLError'
  return JSON.stringify({ errors: [isMeant ? error : { message: 'Unexpected error.' }] })
}
