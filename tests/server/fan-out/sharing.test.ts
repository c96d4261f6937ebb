/** What is shared, what is not, and who gets what: counted. */
import { describe, expect, test } from 'vitest'
import { until } from '../../support/until.ts'
import { createStage, updatesOf, type Asked } from './stage.ts'
import { createWorld } from './world.ts'

const ALL = 'subscription { updates { seq snapshot changed { symbol price } } }'
const seqs = (listener: Parameters<typeof updatesOf>[0]) => updatesOf(listener).map((update) => update?.seq)

test('a hundred subscribers of one operation cost one source, one execution and one serialisation per event', async () => {
  const world = createWorld()
  const stage = createStage(world)
  const listeners = Array.from({ length: 100 }, () => stage.follow({ query: ALL }))
  await until(() => listeners.every(({ results }) => results.length === 1))
  for (let price = 1; price <= 5; price += 1) world.update('A', price)
  await until(() => listeners.every(({ results }) => results.length === 6))
  expect(world.sourcesEver()).toBe(1)
  expect(stage.executions()).toBe(6)
  expect(stage.serialisations()).toBe(6)
  expect(listeners.map(seqs)).toEqual(listeners.map(() => [0, 1, 2, 3, 4, 5]))
})

test('what is counted grows with the distinct operations, not with the subscribers', async () => {
  const world = createWorld()
  const stage = createStage(world)
  const queries = ['seq', 'snapshot', 'seq snapshot'].map(
    (fields) => `subscription { updates { ${fields} } }`,
  )
  const listeners = Array.from({ length: 300 }, (_, n) => stage.follow({ query: queries[n % 3] ?? '' }))
  await until(() => listeners.every(({ results }) => results.length === 1))
  world.update('A', 1)
  await until(() => listeners.every(({ results }) => results.length === 2))
  expect(stage.fanOut.count()).toEqual({ operations: 3, subscribers: 300, slow: 0 })
  expect([world.sourcesEver(), stage.executions(), stage.serialisations()]).toEqual([3, 6, 6])
})

describe('two operations are one', () => {
  const named =
    'subscription A($s: String) { updates { seq changed(only: $s) { symbol } } } subscription B { updates { epoch } }'
  const cases: [string, Asked, Asked, number][] = [
    ['with other blanks and commas', { query: ALL }, { query: ALL.replaceAll(' {', ',\n# here\n {') }, 1],
    [
      'with variables in another order',
      { query: ALL, variables: { a: 1, b: { c: [1, 'x'], d: null } } },
      { query: ALL, variables: { b: { d: null, c: [1, 'x'] }, a: 1 } },
      1,
    ],
    ['with no variables, however said', { query: ALL }, { query: ALL, variables: {} }, 1],
    ['unless the selection differs', { query: ALL }, { query: ALL.replace('seq', 'seq epoch') }, 2],
    [
      'unless a variable differs',
      { query: named, operationName: 'A', variables: { s: 'A' } },
      { query: named, operationName: 'A', variables: { s: 'B' } },
      2,
    ],
    [
      'unless the operation of the document differs',
      { query: named, operationName: 'A' },
      { query: named, operationName: 'B' },
      2,
    ],
    ['unless the rights differ', { query: ALL, rights: 'some' }, { query: ALL, rights: 'other' }, 2],
    [
      'unless a variable is no JSON, and could be anything',
      { query: ALL, variables: { a: new Date(0) } },
      { query: ALL, variables: { a: new Date(1) } },
      2,
    ],
  ]
  test.each(cases)('%s', async (_name, one, other, operations) => {
    const stage = createStage(createWorld())
    stage.follow(one)
    stage.follow(other)
    expect(stage.fanOut.count().operations).toBe(operations)
  })
})

test('nobody sees what was executed with other rights', async () => {
  const world = createWorld()
  const stage = createStage(world)
  const query = 'subscription { updates { rights } }'
  const [low, high] = ['low', 'high'].map((rights) => [1, 2].map(() => stage.follow({ query, rights })))
  await until(() => [...(low ?? []), ...(high ?? [])].every(({ results }) => results.length === 1))
  const late = stage.follow({ query, rights: 'low' })
  world.update('A', 1)
  await until(() => [...(low ?? []), ...(high ?? []), late].every(({ results }) => results.length >= 1))
  const told = (listeners: typeof low) =>
    new Set((listeners ?? []).flatMap((one) => updatesOf(one).map((u) => u?.rights)))
  expect([told(low), told(high), told([late])]).toEqual([
    new Set(['low']),
    new Set(['high']),
    new Set(['low']),
  ])
})

describe('who comes late', () => {
  test('gets a snapshot of now and then what follows; all who come together share it', async () => {
    const world = createWorld()
    const stage = createStage(world)
    const first = stage.follow({ query: ALL })
    await until(() => first.results.length === 1)
    world.update('A', 1)
    world.update('B', 2)
    await until(() => first.results.length === 3)
    const late = Array.from({ length: 50 }, () => stage.follow({ query: ALL }))
    await until(() => late.every(({ results }) => results.length === 1))
    expect(stage.executions()).toBe(4)
    world.update('A', 3)
    await until(() => [first, ...late].every((one) => seqs(one).at(-1) === 3))
    expect(new Set(late.map((one) => JSON.stringify(updatesOf(one)))).size).toBe(1)
    expect(updatesOf(late[0] as never)).toEqual([
      {
        seq: 2,
        snapshot: true,
        changed: [
          { symbol: 'A', price: 1 },
          { symbol: 'B', price: 2 },
        ],
      },
      { seq: 3, snapshot: false, changed: [{ symbol: 'A', price: 3 }] },
    ])
    expect([stage.executions(), world.openSources()]).toEqual([5, 1])
  })

  test('gets nothing twice and misses nothing, wherever the others are at that time', async () => {
    for (let round = 0; round < 60; round += 1) {
      // Snapshots and messages take a changing time, so that either may be ahead.
      let turns = 0
      const world = createWorld(
        () => (turns++ * 7 + round) % ((round % 5) + 1),
        () => (turns++ * 5 + round) % 9,
      )
      const stage = createStage(world)
      const listeners = [stage.follow({ query: ALL })]
      for (let step = 1; step <= 12; step += 1) {
        world.update('A', step)
        await new Promise(setImmediate)
        listeners.push(stage.follow({ query: ALL }))
      }
      await until(() => listeners.every((one) => seqs(one).at(-1) === 12))
      for (const listener of listeners) {
        const [first = 0, ...rest] = seqs(listener)
        expect(rest).toEqual(Array.from({ length: 12 - first }, (_, n) => first + n + 1))
      }
      expect(world.openSources()).toBe(1)
    }
  })

  test('gets everything anew with the others when the history is lost', async () => {
    const world = createWorld(() => 1)
    const stage = createStage(world)
    const first = stage.follow({ query: ALL })
    await until(() => first.results.length === 1)
    for (let price = 1; price <= 4; price += 1) world.update('A', price)
    const late = stage.follow({ query: ALL })
    world.restart()
    world.update('B', 9)
    await until(() => [first, late].every((one) => seqs(one).at(-1) === 1))
    expect(updatesOf(late).at(-1)).toEqual({ seq: 1, snapshot: false, changed: [{ symbol: 'B', price: 9 }] })
  })

  test('is told what everybody is told, even when it is no change', async () => {
    const world = createWorld()
    const stage = createStage(world)
    const first = stage.follow({ query: ALL })
    await until(() => first.results.length === 1)
    world.update('A', 1)
    const late = stage.follow({ query: ALL })
    await until(() => seqs(late).at(-1) === 1)
    world.notice()
    await until(() => first.results.length === 3)
    expect(updatesOf(late).at(-1)).toEqual({ seq: 1, snapshot: false, changed: [] })
  })

  test('starts a source with those who come with it, when the source has no positions', async () => {
    const world = createWorld()
    const stage = createStage(world)
    const query = 'subscription { unpositioned { seq snapshot } }'
    const first = [1, 2, 3].map(() => stage.follow({ query }))
    await until(() => first.every(({ results }) => results.length === 1))
    world.update('A', 1)
    await until(() => first.every(({ results }) => results.length === 2))
    const late = [1, 2, 3].map(() => stage.follow({ query }))
    await until(() => late.every(({ results }) => results.length === 1))
    world.update('A', 2)
    await until(() => [...first, ...late].every((one) => seqs(one).at(-1) === 2))
    expect([seqs(first[0] as never), seqs(late[0] as never)]).toEqual([
      [0, 1, 2],
      [1, 2],
    ])
    expect([world.sourcesEver(), world.openSources()]).toEqual([2, 2])
  })
})

describe('errors', () => {
  test('in a result reach those of that operation only', async () => {
    const world = createWorld()
    const stage = createStage(world)
    const fragile = stage.follow({ query: 'subscription { updates { seq fragile } }' })
    const sound = stage.follow({ query: ALL })
    await until(() => sound.results.length === 1)
    for (let price = 1; price <= 4; price += 1) world.update('A', price)
    await until(() => sound.results.length === 5 && fragile.results.length === 5)
    expect(fragile.results.map(({ errors }) => errors?.length ?? 0)).toEqual([1, 0, 0, 1, 0])
    expect(sound.results.every(({ errors }) => errors === undefined)).toBe(true)
  })

  test('before the first result are told, and the operation is over', async () => {
    const stage = createStage(createWorld())
    const listeners = [1, 2].map(() => stage.follow({ query: 'subscription { refused { seq } }' }))
    await Promise.all(listeners.map(({ over }) => over))
    expect(listeners.map(({ results }) => results.map(({ errors }) => errors?.length))).toEqual([[1], [1]])
    expect(stage.fanOut.count()).toEqual({ operations: 0, subscribers: 0, slow: 0 })
  })

  test('of one socket are its own', async () => {
    const world = createWorld()
    const stage = createStage(world)
    const [broken, sound] = [stage.follow({ query: ALL }), stage.follow({ query: ALL })]
    await until(() => sound.results.length === 1)
    broken.send = () => {
      throw new Error('EPIPE')
    }
    world.update('A', 1)
    await until(() => sound.results.length === 2)
    await expect(broken.over).rejects.toThrow('EPIPE')
    expect(stage.fanOut.count().subscribers).toBe(1)
  })
})

describe('the end', () => {
  test('of the source is everybody’s', async () => {
    const world = createWorld()
    const stage = createStage(world)
    const listeners = [1, 2, 3].map(() => stage.follow({ query: ALL }))
    await until(() => listeners.every(({ results }) => results.length === 1))
    world.end()
    await Promise.all(listeners.map(({ over }) => over))
    expect(stage.fanOut.count()).toEqual({ operations: 0, subscribers: 0, slow: 0 })
  })

  test.each([0, 1, 2, 3])(
    'of the last subscriber gives the source back, %i turns after it came',
    async (turns) => {
      const world = createWorld(() => 2)
      const stage = createStage(world)
      const first = stage.follow({ query: ALL })
      for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate)
      first.leave()
      await first.over
      await until(() => world.openSources() === 0)
      expect(stage.fanOut.count()).toEqual({ operations: 0, subscribers: 0, slow: 0 })
    },
  )

  test.each([0, 1, 2, 3])(
    'of all who were joining gives their source back, %i turns after they came',
    async (turns) => {
      const world = createWorld(() => 2)
      const stage = createStage(world)
      const first = stage.follow({ query: ALL })
      await until(() => first.results.length === 1)
      const late = [1, 2].map(() => stage.follow({ query: ALL }))
      for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate)
      for (const one of late) one.leave()
      await until(() => world.openSources() === 1)
      const again = stage.follow({ query: ALL })
      await until(() => again.results.length === 1)
      again.leave()
      first.leave()
      await until(() => world.openSources() === 0)
      expect(stage.fanOut.count()).toEqual({ operations: 0, subscribers: 0, slow: 0 })
    },
  )

  test('of all who wait for a snapshot that does not come gives its source back', async () => {
    const world = createWorld()
    const stage = createStage(world)
    const first = stage.follow({ query: ALL })
    await until(() => first.results.length === 1)
    world.hush()
    const late = stage.follow({ query: ALL })
    await until(() => world.openSources() === 2)
    late.leave()
    await until(() => world.openSources() === 1)
    first.leave()
    await until(() => world.openSources() === 0)
  })

  test('of the request that began it takes nobody else along', async () => {
    const world = createWorld()
    const stage = createStage(world)
    const request = new AbortController()
    const first = stage.follow({ query: ALL, signal: request.signal })
    const second = stage.follow({ query: ALL })
    await until(() => second.results.length === 1)
    request.abort()
    first.leave()
    world.update('A', 1)
    await until(() => second.results.length === 2)
    expect(second.results[1]?.errors).toBeUndefined()
  })

  test('of the last member leaves the run to those who are joining', async () => {
    const world = createWorld(() => 1)
    const stage = createStage(world)
    const first = stage.follow({ query: ALL })
    await until(() => first.results.length === 1)
    const late = stage.follow({ query: ALL })
    first.leave()
    await until(() => late.results.length === 1)
    world.update('A', 1)
    await until(() => late.results.length === 2)
    expect(world.sourcesEver()).toBe(2)
    late.leave()
    await until(() => world.openSources() === 0)
  })
})

describe('a slow reader', () => {
  const large = 'x'.repeat(50_000)

  test('is bounded, skips to the newest state, and delays nobody', async () => {
    const world = createWorld()
    const stage = createStage(world)
    const [slow, quick] = [stage.follow({ query: ALL }), stage.follow({ query: ALL })]
    await until(() => quick.results.length === 1 && slow.results.length === 1)
    slow.stall(true)
    for (let price = 1; price <= 40; price += 1) {
      world.update(`${large}${price % 2}`, price)
      await until(() => quick.results.length === price + 1)
    }
    expect(slow.mostWaiting()).toBeLessThan(256 * 1024 + 60_000)
    expect(stage.fanOut.count().slow).toBe(1)
    slow.stall(false)
    await until(() => seqs(slow).at(-1) === 40)
    expect(updatesOf(slow).at(-1)).toMatchObject({ snapshot: true })
    expect(
      updatesOf(slow)
        .at(-1)
        ?.changed.map(({ price }) => price),
    ).toEqual([39, 40])
    world.update('A', 41)
    await until(() => [slow, quick].every((one) => seqs(one).at(-1) === 41))
    expect(seqs(quick)).toEqual(Array.from({ length: 42 }, (_, n) => n))
    expect(stage.fanOut.count().slow).toBe(0)
  })

  test('that stays slow is closed with a code that says so', async () => {
    const world = createWorld()
    const stage = createStage(world, { patienceMs: 100 })
    const slow = stage.follow({ query: ALL })
    await until(() => slow.results.length === 1)
    slow.stall(true)
    for (let price = 1; price <= 10; price += 1) {
      world.update(large, price)
      await new Promise(setImmediate)
    }
    await until(() => slow.closedWith !== null)
    expect(slow.closedWith).toBe(1013)
    await slow.over
    expect([world.openSources(), stage.fanOut.count()]).toEqual([
      0,
      { operations: 0, subscribers: 0, slow: 0 },
    ])
  })
})
