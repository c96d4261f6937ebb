/** Prisma comes with the first operation, or a second after the start: once, and not after the end. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { latePrisma } from '../../../server/src/db/late-prisma.ts'

/** Called when Prisma is loaded. Its failing is what an operation then fails with. */
const adapter = vi.fn(() => Promise.reject(new Error('There is no database here.')))

beforeEach(() => {
  adapter.mockClear()
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

test('with the first operation, once', async () => {
  const { prisma, close } = latePrisma(adapter)
  expect(adapter).not.toHaveBeenCalled()
  const both = [prisma.stock.count(), prisma.user.count()]
  await Promise.all(both.map((asked) => expect(asked).rejects.toThrow('There is no database here.')))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(adapter).toHaveBeenCalledTimes(1)
  await close()
})

test('a second after the start', async () => {
  const { close } = latePrisma(adapter)
  await vi.advanceTimersByTimeAsync(999)
  expect(adapter).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(adapter).toHaveBeenCalledTimes(1)
  await close()
})

test('not after the end', async () => {
  await latePrisma(adapter).close()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(adapter).not.toHaveBeenCalled()
})
