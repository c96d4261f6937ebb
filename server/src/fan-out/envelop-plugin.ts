/** For whatever else calls `subscribe`: an Envelop or Yoga plugin that gives each caller its own view of what is shared. */
import type { ExecutionArgs, ExecutionResult } from 'graphql'
import type { Plugin } from '@envelop/core'
import type { FanOut } from './fan-out.ts'
import type { Frame } from './frame.ts'
import type { Opened } from './source.ts'
import { Subscriber } from './subscriber.ts'

type Step = IteratorResult<ExecutionResult, undefined>

const BACKLOG_RESULTS = 64
const OVER: Step = { done: true, value: undefined }

class ResultSubscriber extends Subscriber implements AsyncIterableIterator<ExecutionResult> {
  #unread: ExecutionResult[] = []
  #waiting: { resolve: (step: Step) => void; reject: (error: unknown) => void }[] = []
  #isOver = false
  #error: unknown

  backlog(): number {
    return this.#unread.length
  }

  limit(): number {
    return BACKLOG_RESULTS
  }

  write({ result }: Frame): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#unread.push(result)
    else waiting.resolve({ done: false, value: result })
  }

  end(error?: unknown): void {
    this.#isOver = true
    this.#error = error
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      if (error === undefined) resolve(OVER)
      else reject(error)
    }
  }

  giveUp(): void {
    this.#unread = []
    this.end(new Error('The results of this subscription were read too slowly.'))
  }

  async next(): Promise<Step> {
    const result = this.#unread.shift()
    if (result !== undefined) return { done: false, value: result }
    if (!this.#isOver) return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
    const error = this.#error
    this.#error = undefined
    if (error !== undefined) throw error
    return OVER
  }

  async return(): Promise<Step> {
    this.#unread = []
    this.finish()
    return OVER
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

/** What plugins before it wrap around `subscribe` is called once for all who share; everything else, for each of them. */
export function useFanOut(fanOut: FanOut): Plugin {
  return {
    onSubscribe({ subscribeFn, setSubscribeFn }) {
      setSubscribeFn((args: ExecutionArgs) => {
        const subscriber = new ResultSubscriber()
        const subscribe = subscribeFn as (args: ExecutionArgs) => Promise<Opened>
        fanOut.join({ args, subscribe }, subscriber)
        return subscriber
      })
    },
  }
}
