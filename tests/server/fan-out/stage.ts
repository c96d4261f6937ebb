/** A fan-out over a world, with subscribers whose sockets are no more than what was sent to them. */
import { parse, type ExecutionArgs, type ExecutionResult } from 'graphql'
import { createYoga } from './yoga.ts'
import {
  createFanOut,
  followOverSocket,
  type Lifetime,
  type Socket,
} from '../../../server/src/fan-out/index.ts'
import type { Opened } from '../../../server/src/fan-out/source.ts'
import { createWorldSchema, type Context, type World } from './world.ts'

/** A socket, and the results that were sent to it. */
export interface Listener extends Socket {
  results: ExecutionResult[]
  /** Holds back what is sent from now on; `false` reads it all. */
  stall(isStalled: boolean): void
  mostWaiting(): number
  closedWith: number | null
  lifetime: Lifetime
  /** Fails when the source has failed. */
  over: Promise<unknown>
  leave(): void
}

export interface Asked {
  query: string
  variables?: Record<string, unknown>
  operationName?: string
  rights?: string
  /** Of the request. */
  signal?: AbortSignal
}

export function createStage(world: World, options: { patienceMs?: number } = {}) {
  let executions = 0
  let serialisations = 0
  const schema = createWorldSchema(() => (executions += 1))
  const yoga = createYoga<Context>({ schema, logging: false })
  const fanOut = createFanOut<Context>({
    rightsOf: ({ rights }) => rights,
    stringify(result) {
      serialisations += 1
      return JSON.stringify(result)
    },
    ...options,
  })
  let ids = 0

  function subscriptionOf({ query, variables, operationName, rights = 'all', signal }: Asked) {
    const { subscribe } = yoga.getEnveloped({} as Context)
    const args: ExecutionArgs & { signal?: AbortSignal } = {
      schema,
      document: parse(query),
      variableValues: variables ?? null,
      operationName: operationName ?? null,
      contextValue: { rights, updates: () => world.subscribe(), lag: world.lag } satisfies Context,
      ...(signal !== undefined && { signal }),
    }
    return { args, subscribe: subscribe as (args: ExecutionArgs) => Promise<Opened> }
  }

  function follow(asked: Asked): Listener {
    const id = `"${++ids}`
    let isStalled = false
    let waiting: { text: string; fin: boolean }[] = []
    let fragments = ''
    let most = 0
    const bytes = () => waiting.reduce((sum, { text }) => sum + text.length, 0)
    const read = (fragment: { text: string; fin: boolean }) => {
      const text = fragments + fragment.text
      fragments = fragment.fin ? '' : text
      if (!fragment.fin) return
      const message = JSON.parse(text) as { id: string; type: string; payload: ExecutionResult }
      if (message.id !== id || message.type !== 'next') throw new Error(`not for ${id}: ${text}`)
      listener.results.push(message.payload)
    }
    const listener: Listener = {
      results: [],
      closedWith: null,
      get bufferedAmount() {
        return bytes()
      },
      send(data: string | Buffer, { fin = true }: { fin?: boolean; binary?: boolean } = {}) {
        const fragment = { text: data.toString(), fin }
        if (!isStalled) return read(fragment)
        waiting.push(fragment)
        most = Math.max(most, bytes())
      },
      close: (code) => void (listener.closedWith = code),
      stall(stalled) {
        isStalled = stalled
        if (stalled) return
        waiting.forEach(read)
        waiting = []
      },
      mostWaiting: () => most,
      lifetime: undefined as never,
      over: Promise.resolve(),
      leave: () => void listener.lifetime.return(),
    }
    listener.lifetime = followOverSocket(fanOut, subscriptionOf(asked), listener, id)
    listener.over = listener.lifetime.next()
    listener.over.catch(() => {})
    return listener
  }

  return {
    schema,
    fanOut,
    follow,
    subscriptionOf,
    executions: () => executions,
    serialisations: () => serialisations,
  }
}

/** The updates of a listener, whatever else it has selected. */
export const updatesOf = ({ results }: Listener) =>
  results.map(
    ({ data }) => (data as Record<string, Told>)['updates'] ?? (data as Record<string, Told>)['unpositioned'],
  )

interface Told {
  seq: number
  snapshot: boolean
  rights: string
  changed: { symbol: string; price: number }[]
}
