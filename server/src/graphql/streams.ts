/**
 * Subscriptions over HTTP: how many of them a person, and an address, holds open, and their end when the credential
 * ends. Sockets see to both themselves.
 */
import type { ExecutionResult } from 'graphql'
import { isAsyncIterable, type Plugin } from 'graphql-yoga'
import type { Viewer } from '../auth/viewer.ts'
import type { Connections } from '../limits/connections.ts'
import { refusal } from './refusals.ts'

export interface StreamOptions {
  connections: Connections
  /** Calls `end` once, when the credential is worth nothing any more; the answer stops watching. */
  watch(viewer: Viewer, end: () => void): () => void
}

interface Asked {
  viewer: Viewer
  address: string
  /** Of those that come over HTTP. */
  request?: Request
}

export function guardedStreams({ connections, watch }: StreamOptions): Plugin {
  return {
    onSubscribe({ subscribeFn, setSubscribeFn }) {
      setSubscribeFn(async (args) => {
        const { viewer, address, request } = args.contextValue as Asked
        if (request === undefined) return subscribeFn(args)
        if (!takesStreams(request)) return { errors: [noStream()] }
        const close = connections.open(viewer.id, address)
        if (typeof close === 'string') return { errors: [tooManyOpen(close)] }
        try {
          const result = await subscribeFn(args)
          if (isAsyncIterable<ExecutionResult>(result))
            return endable(result, (end) => watch(viewer, end), close)
          close()
          return result
        } catch (error) {
          close()
          throw error
        }
      })
    },
  }
}

/** The same, until `watch` calls: then it says so, and is over. `close` is called at the end, whichever it is. */
function endable(
  source: AsyncIterable<ExecutionResult>,
  watch: (end: () => void) => () => void,
  close: () => void,
): AsyncIterableIterator<ExecutionResult> {
  const iterator = source[Symbol.asyncIterator]()
  const done = { done: true as const, value: undefined }
  const farewell = () => ({ done: false as const, value: { errors: [signedOut()] } })
  let state: 'OPEN' | 'ENDED' | 'OVER' = 'OPEN'
  let sayFarewell = () => {}
  let unwatch = () => {}
  const finish = () => {
    state = 'OVER'
    unwatch()
    close()
  }

  unwatch = watch(() => {
    if (state !== 'OPEN') return
    state = 'ENDED'
    close()
    void Promise.resolve(iterator.return?.()).catch(() => {})
    sayFarewell()
  })

  async function advance() {
    try {
      const result = await iterator.next()
      if (result.done === true && state === 'OPEN') finish()
      return result
    } catch (error) {
      finish()
      throw error
    }
  }

  return {
    [Symbol.asyncIterator]() {
      return this
    },
    async next() {
      if (state === 'OVER') return done
      if (state === 'ENDED') {
        finish()
        return farewell()
      }
      return new Promise((resolve, reject) => {
        sayFarewell = () => {
          finish()
          resolve(farewell())
        }
        advance().then(resolve, reject)
      })
    },
    async return() {
      finish()
      await iterator.return?.()
      return done
    },
  }
}

/** What Yoga cannot send it begins all the same, and nobody would end it. */
const takesStreams = ({ headers }: Request) =>
  /(text|\*)\/(event-stream|\*)/i.test(headers.get('accept') ?? '*/*')

const noStream = () =>
  refusal({
    code: 'NOT_ACCEPTABLE',
    message: 'Over HTTP, a subscription is a stream of events: accept text/event-stream.',
    status: 406,
  })

const signedOut = () =>
  refusal({ code: 'UNAUTHENTICATED', message: 'You have been signed out, or your rights have changed.' })

const tooManyOpen = (whose: 'USER' | 'ADDRESS') =>
  refusal({
    code: 'TOO_MANY_CONNECTIONS',
    message: `${whose === 'USER' ? 'You have' : 'Your address has'} too many connections open. Close one of them.`,
    status: 429,
    headers: { 'Retry-After': '5' },
  })
