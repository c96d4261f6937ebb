/** The process does something else between two slices. */
import { expect, test } from 'vitest'
import { createPace, inTurns } from '../../../server/src/fan-out/pace.ts'
import { createStage } from './stage.ts'
import { createWorld } from './world.ts'
import { until } from '../../support/until.ts'

/** Counts what is done in each turn of the event loop while `work` goes on. */
async function perTurn(count: () => number, work: () => Promise<unknown>): Promise<number[]> {
  const turns: number[] = []
  let before = count()
  let isOver = false
  const look = () => {
    turns.push(count() - before)
    before = count()
    if (!isOver) setImmediate(look)
  }
  setImmediate(look)
  await work()
  isOver = true
  await new Promise(setImmediate)
  return turns
}

test('a large delivery is made in slices of 64', async () => {
  const members = new Set(Array.from({ length: 1_000 }, (_, n) => n))
  let visits = 0
  const turns = await perTurn(
    () => visits,
    () => inTurns(createPace(), members, () => (visits += 1)),
  )
  expect(visits).toBe(1_000)
  expect(turns.filter((done) => done > 0)).toEqual([...Array<number>(15).fill(64), 40])
})

test('many small deliveries at once share the slices, first come, first served', async () => {
  const pace = createPace()
  const order: number[] = []
  const turns = await perTurn(
    () => order.length,
    () =>
      Promise.all(
        Array.from({ length: 600 }, (_, n) => inTurns(pace, new Set([n]), (one) => order.push(one))),
      ),
  )
  expect(order).toEqual(Array.from({ length: 600 }, (_, n) => n))
  expect(Math.max(...turns)).toBe(64)
})

test('who leaves before its turn is not visited', async () => {
  const members = new Set(Array.from({ length: 200 }, (_, n) => n))
  const visited: number[] = []
  await inTurns(createPace(64), members, (one) => {
    visited.push(one)
    members.delete(199 - one)
  })
  expect(visited).toEqual(Array.from({ length: 100 }, (_, n) => n))
})

test('executions of many operations take turns too', async () => {
  const world = createWorld()
  const stage = createStage(world)
  const listeners = Array.from({ length: 100 }, (_, n) =>
    stage.follow({ query: `subscription { updates { a${n}: seq } }` }),
  )
  await until(() => listeners.every(({ results }) => results.length === 1))
  const turns = await perTurn(stage.executions, async () => {
    world.update('A', 1)
    await until(() => listeners.every(({ results }) => results.length === 2))
  })
  // Two, and what has begun before they filled the slice.
  expect(Math.max(...turns)).toBeLessThanOrEqual(10)
  for (const listener of listeners) listener.leave()
})
