/** A small world of prices to subscribe to, whose sources are as late as they may be, and counted. */
import { setImmediate as tick } from 'node:timers/promises'
import { createSchema } from './yoga.ts'
import { positioned } from '../../../server/src/fan-out/index.ts'

export interface Update {
  epoch: string
  seq: number
  snapshot: boolean
  changed: { symbol: string; price: number }[]
  notice?: true
}

export interface Context {
  rights: string
  /** Where the updates come from. */
  updates: () => AsyncIterable<Update>
  /** What it takes to execute a snapshot. */
  lag?: () => Promise<void>
}

export interface World {
  update(symbol: string, price: number): void
  /** The history is lost: another epoch begins, and all sources tell everything anew. */
  restart(): void
  /** Tells all sources something that is no change. */
  notice(): void
  /** Sources that are opened from now on tell nothing. */
  hush(): void
  /** Ends all sources. */
  end(): void
  lag(): Promise<void>
  subscribe(): AsyncIterableIterator<Update>
  at(): { epoch: string; seq: number }
  /** What a source that was opened at this point of the first epoch tells, up to now. */
  storyFrom(seq: number): Update[]
  state(): Record<string, number>
  openSources(): number
  sourcesEver(): number
}

interface Source {
  tell(update: Update): void
  end(): void
}

type Ticks = () => number

/**
 * @param ticks how many turns of the event loop the next message takes
 * @param snapshotTicks how many it takes to execute the next snapshot, which is then that much older
 */
export function createWorld(ticks: Ticks = () => 0, snapshotTicks: Ticks = ticks): World {
  let epoch = 1
  let seq = 0
  let prices = new Map<string, number>()
  const history: { update: Update; state: Update }[] = [{ update: everything(), state: everything() }]
  const sources = new Set<Source>()
  let ever = 0
  let isHushed = false

  function everything(): Update {
    const changed = [...prices].map(([symbol, price]) => ({ symbol, price }))
    return { epoch: `e${epoch}`, seq, snapshot: true, changed }
  }
  const tell = (update: Update) => {
    for (const source of sources) source.tell(update)
  }

  async function wait(count: number): Promise<void> {
    for (let left = count; left > 0; left -= 1) await tick()
  }

  function subscribe(): AsyncIterableIterator<Update> {
    const unread: Update[] = []
    const readers: ((step: IteratorResult<Update>) => void)[] = []
    let isOver = false
    let at: Update | null = null
    let line = Promise.resolve()
    const over = { done: true as const, value: undefined }

    function deliver(update: Update): void {
      if (isOver) return
      const reader = readers.shift()
      if (reader === undefined) unread.push(update)
      else reader({ done: false, value: update })
    }
    const late = (work: () => void) => {
      const before = line
      line = (async () => {
        await before
        await wait(ticks())
        work()
      })()
    }
    const close = () => {
      isOver = true
      sources.delete(listed)
      for (const reader of readers.splice(0)) reader(over)
    }
    const source: Source = {
      tell: (update) =>
        late(() => {
          if (
            at?.epoch === update.epoch &&
            (update.seq < at.seq || (update.seq === at.seq && !update.notice))
          )
            return
          at = update
          deliver(update)
        }),
      end: () => late(close),
    }
    const listed = isHushed ? { tell: () => {}, end: close } : source
    ever += 1
    sources.add(listed)
    if (!isHushed)
      late(() => {
        at = everything()
        deliver(at)
      })
    return {
      async next() {
        const update = unread.shift()
        if (update !== undefined) return { done: false, value: update }
        if (isOver) return over
        return new Promise((resolve) => readers.push(resolve))
      },
      async return() {
        close()
        return over
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  return {
    update(symbol, price) {
      prices.set(symbol, price)
      seq += 1
      const update = { epoch: `e${epoch}`, seq, snapshot: false, changed: [{ symbol, price }] }
      history.push({ update, state: everything() })
      tell(update)
    },
    restart() {
      epoch += 1
      seq = 0
      prices = new Map([...prices].slice(0, 2))
      tell(everything())
    },
    notice: () => tell({ epoch: `e${epoch}`, seq, snapshot: false, changed: [], notice: true }),
    hush: () => void (isHushed = true),
    lag: () => wait(snapshotTicks()),
    end() {
      for (const source of sources) source.end()
    },
    subscribe,
    at: () => ({ epoch: `e${epoch}`, seq }),
    storyFrom(from) {
      const [first, ...later] = history.slice(from)
      return first === undefined ? [] : [first.state, ...later.map(({ update }) => update)]
    },
    state: () => Object.fromEntries(prices),
    openSources: () => sources.size,
    sourcesEver: () => ever,
  }
}

/** @param onExecute called for each event that is executed */
export function createWorldSchema(onExecute: () => void = () => {}) {
  return createSchema<Context>({
    typeDefs: /* GraphQL */ `
      type Price {
        symbol: String!
        price(times: Float = 1): Float!
      }
      type Update {
        epoch: String!
        seq: Int!
        snapshot: Boolean!
        changed(only: String): [Price!]!
        rights: String!
        "Fails at every third change."
        fragile: Int
      }
      type Query {
        ok: Boolean
      }
      type Subscription {
        updates: Update!
        "The same, without positions."
        unpositioned: Update!
        "Nobody may."
        refused: Update!
      }
    `,
    resolvers: {
      Price: { price: ({ price }: { price: number }, { times }: { times: number }) => price * times },
      Update: {
        changed: ({ changed }: Update, { only }: { only?: string | null }) =>
          changed.filter(({ symbol }) => only == null || symbol === only),
        rights: (_update: Update, _args: unknown, { rights }: Context) => rights,
        fragile: ({ seq }: Update) => {
          if (seq % 3 === 0) throw new Error(`Broken at ${seq}.`)
          return seq
        },
      },
      Subscription: {
        updates: {
          subscribe: (_root: unknown, _args: unknown, { updates }: Context) =>
            positioned(updates(), (update) => update),
          resolve: resolved,
        },
        unpositioned: {
          subscribe: (_root: unknown, _args: unknown, { updates }: Context) => updates(),
          resolve: resolved,
        },
        refused: {
          subscribe: () => {
            throw new Error('Not for you.')
          },
        },
      },
    },
  })

  async function resolved(update: Update, _args: unknown, { lag }: Context): Promise<Update> {
    onExecute()
    if (update.snapshot) await lag?.()
    return update
  }
}
