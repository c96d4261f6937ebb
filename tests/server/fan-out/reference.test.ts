/** Against plain Yoga: everybody gets what Yoga would have told a subscriber of its own. */
import * as fc from 'fast-check'
import { parse, type ExecutionResult } from 'graphql'
import { expect, test } from 'vitest'
import { until } from '../../support/until.ts'
import { createStage, type Asked, type Listener } from './stage.ts'
import { createWorld, createWorldSchema, type Context, type Update, type World } from './world.ts'
import { createYoga } from './yoga.ts'

const RIGHTS = ['low', 'high']
const SYMBOLS = ['A', 'B', 'C']

/** Field selections that differ in what they cost, show and break; `seq` and `snapshot` tell the test where it is. */
const selection = fc
  .uniqueArray(
    fc.oneof(
      fc.constantFrom('epoch', 'rights', 'fragile', 'all: changed { symbol price }'),
      fc
        .tuple(fc.constantFrom(...SYMBOLS), fc.integer({ min: 0, max: 99 }))
        .map(
          ([symbol, times]) =>
            `x${symbol}${times}: changed(only: "${symbol}") { symbol price(times: ${times}) }`,
        ),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((fields) => fields.join(' '))

const asked = fc.record({ fields: selection, rights: fc.constantFrom(...RIGHTS) })
const documents = (count: number) =>
  fc.array(asked, { minLength: count, maxLength: count }).map((all) =>
    all.map(({ fields, rights }, n): Asked => ({
      // The alias makes each a document of its own.
      query: `subscription { updates { seq snapshot a${n}: seq ${fields} } }`,
      rights,
    })),
  )

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('join' as const), who: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), who: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), who: fc.nat({ max: 4 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('update' as const), who: fc.nat() }) },
)

interface Joined {
  asked: Asked
  listener: Listener
  hasLeft: boolean
}

const turns = async (count: number) => {
  for (let left = count; left > 0; left -= 1) await new Promise(setImmediate)
}

const placeOf = (result: ExecutionResult | undefined) =>
  (result?.data as { updates: { seq: number; snapshot: boolean } } | undefined)?.updates

/** All that plain Yoga tells one subscriber whose source tells this. */
function createReference() {
  const schema = createWorldSchema()
  const yoga = createYoga<Context>({ schema, logging: false })
  return async ({ query, rights = 'all' }: Asked, story: Update[]): Promise<ExecutionResult[]> => {
    const { subscribe } = yoga.getEnveloped({} as Context)
    async function* updates() {
      yield* story
    }
    const contextValue: Context = { rights, updates }
    const results = (await subscribe({
      schema,
      document: parse(query),
      contextValue,
    })) as AsyncIterable<ExecutionResult>
    const told: ExecutionResult[] = []
    for await (const result of results) told.push(JSON.parse(JSON.stringify(result)) as ExecutionResult)
    return told
  }
}

async function agrees(
  reference: ReturnType<typeof createReference>,
  world: World,
  joined: Joined,
): Promise<void> {
  const { asked, listener, hasLeft } = joined
  const first = placeOf(listener.results[0])
  if (hasLeft && first === undefined) return
  expect(first?.snapshot).toBe(true)
  const expected = await reference(asked, world.storyFrom(first?.seq ?? 0))
  expect(listener.results).toEqual(hasLeft ? expected.slice(0, listener.results.length) : expected)
}

test('1,000 documents at once, joins, departures, events in between: everybody gets exactly its own, in order', async () => {
  const reference = createReference()
  await fc.assert(
    fc.asyncProperty(
      documents(1_000),
      fc.array(step, { minLength: 40, maxLength: 80 }),
      fc.infiniteStream(fc.nat({ max: 3 })),
      // An event to so many operations takes some hundred turns: either may be first.
      fc.infiniteStream(fc.constantFrom(0, 2, 100, 400)),
      async (all, steps, lags, snapshotLags) => {
        const world = createWorld(
          () => lags.next().value as number,
          () => snapshotLags.next().value as number,
        )
        const stage = createStage(world)
        const crowd: Joined[] = []
        const join = (asked: Asked) => crowd.push({ asked, listener: stage.follow(asked), hasLeft: false })
        all.forEach(join)
        for (const { do: what, who } of steps) {
          if (what === 'wait') await turns(who)
          else if (what === 'update') world.update(SYMBOLS[who % SYMBOLS.length] ?? '', who)
          // Some documents are asked for by many, so that they are shared.
          else if (what === 'join') for (let n = 0; n < 8; n += 1) join(all[(who % 20) + n] as Asked)
          else {
            const leaving = crowd[who % crowd.length]
            if (leaving !== undefined) leaving.hasLeft = true
            leaving?.listener.leave()
          }
        }
        const last = world.at().seq
        const staying = crowd.filter(({ hasLeft }) => !hasLeft)
        await until(
          () => staying.every(({ listener }) => placeOf(listener.results.at(-1))?.seq === last),
          15_000,
        )
        for (const one of crowd) await agrees(reference, world, one)
        for (const { listener } of crowd) listener.leave()
        await until(() => world.openSources() === 0)
        expect(stage.fanOut.count()).toEqual({ operations: 0, subscribers: 0, slow: 0 })
      },
    ),
    { numRuns: 2, endOnFailure: true },
  )
}, 120_000)

/** What a client that merges as told ends up with. */
function merged(results: ExecutionResult[]): Record<string, number> {
  const state = new Map<string, number>()
  for (const { data } of results) {
    const { snapshot, all } = (data as { updates: Told }).updates
    if (snapshot) state.clear()
    for (const { symbol, price } of all) state.set(symbol, price)
  }
  return Object.fromEntries(state)
}

interface Told {
  snapshot: boolean
  all: { symbol: string; price: number }[]
}

const trouble = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('join' as const), who: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('stall' as const), who: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), who: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), who: fc.nat({ max: 4 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('update' as const), who: fc.nat({ max: 30 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), who: fc.nat() }) },
)

test('slow readers, and a history that is lost: everybody who reads at last sees what there is', async () => {
  // So long that a few fill what may wait for a reader.
  const symbols = Array.from({ length: 31 }, (_, n) => `${n}-${'x'.repeat(60_000)}`)
  let everSlow = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(trouble, { minLength: 30, maxLength: 60 }),
      fc.infiniteStream(fc.nat({ max: 3 })),
      async (steps, lags) => {
        const world = createWorld(() => lags.next().value as number)
        const stage = createStage(world)
        const query = 'subscription { updates { snapshot all: changed { symbol price } } }'
        const crowd = [1, 2, 3].map(() => stage.follow({ query }))
        let price = 0
        for (const { do: what, who } of steps) {
          const one = crowd[who % crowd.length]
          if (what === 'wait') await turns(who)
          else if (what === 'update') world.update(symbols[who] ?? '', (price += 1))
          else if (what === 'restart') world.restart()
          else if (what === 'join') crowd.push(stage.follow({ query }))
          else one?.stall(what === 'stall')
          everSlow += stage.fanOut.count().slow
        }
        for (const one of crowd) {
          one.stall(false)
          expect(one.mostWaiting()).toBeLessThan(256 * 1024 + 31 * 60_100 * 2)
        }
        const truth = world.state()
        await until(() =>
          crowd.every(({ results }) => {
            expect(merged(results)).toEqual(truth)
            return true
          }),
        )
        for (const one of crowd) one.leave()
        await until(() => world.openSources() === 0)
      },
    ),
    { numRuns: 25, endOnFailure: true },
  )
  expect(everSlow).toBeGreaterThan(0)
}, 120_000)
