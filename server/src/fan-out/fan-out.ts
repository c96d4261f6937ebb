/** Subscribers who ask for the same, with the same rights, share one source, one execution and one serialised result. */
import type { ExecutionArgs } from 'graphql'
import type { Stringify } from './frame.ts'
import { createLaggards } from './laggards.ts'
import { operationKey } from './operation-key.ts'
import { Operation } from './operation.ts'
import { createPace } from './pace.ts'
import type { Opened } from './source.ts'
import type { Subscriber } from './subscriber.ts'

export interface FanOutOptions<Context> {
  /**
   * The same for two contexts only when every result is the same for both. Null: shared with nobody. The first
   * subscriber's context executes for all of them, for as long as there are any.
   */
  rightsOf: (context: Context) => string | null
  stringify?: Stringify
  /** A subscriber that has not read what it was given within this time is closed. */
  patienceMs?: number
}

export interface Subscription {
  args: ExecutionArgs
  /** Of graphql-js, or of whatever is wrapped around it. Called once for all who share, and for snapshots. */
  subscribe: (args: ExecutionArgs) => Promise<Opened> | Opened
}

export interface FanOut {
  /** What makes the text of a result. */
  readonly stringify: Stringify
  /** Begins at once; `subscriber.leave()` ends it. */
  join(subscription: Subscription, subscriber: Subscriber): void
  count(): { operations: number; subscribers: number; slow: number }
}

const PATIENCE_MS = 30_000

export function createFanOut<Context>(options: FanOutOptions<Context>): FanOut {
  const { rightsOf, stringify = JSON.stringify, patienceMs = PATIENCE_MS } = options
  const operations = new Map<string | symbol, Operation>()
  const pace = createPace()
  const laggards = createLaggards(patienceMs)

  function operationFor(key: string | symbol, { args, subscribe }: Subscription): Operation {
    const known = operations.get(key)
    if (known !== undefined) return known
    // Nobody's own disconnection may end what others share.
    const { signal: _signal, ...shared } = args as ExecutionArgs & { signal?: AbortSignal }
    const operation = new Operation({
      open: () => subscribe({ ...shared }),
      pace,
      stringify,
      onSlow: laggards.add,
      onEmpty: () => operations.delete(key),
    })
    operations.set(key, operation)
    return operation
  }

  return {
    stringify,

    join(subscription, subscriber) {
      const { args } = subscription
      const rights = rightsOf(args.contextValue as Context)
      const key = rights === null ? null : operationKey(args, rights)
      operationFor(key ?? Symbol('alone'), subscription).join(subscriber)
    },
    count() {
      let subscribers = 0
      for (const { size } of operations.values()) subscribers += size
      return { operations: operations.size, subscribers, slow: laggards.size() }
    },
  }
}
