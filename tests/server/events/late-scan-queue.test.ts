import { expect, test, vi } from 'vitest'
import { createLateScanQueue, type DurableScanQueue } from '../../../server/src/events/late-scan-queue.ts'
import type { ScanWork } from '../../../server/src/scan/ports.ts'
import { until } from '../../support/until.ts'

const LONG_MS = 60_000

/** A queue that writes down what it is asked. */
function diary() {
  const asked: string[] = []
  const note = <T>(what: string, answer: T) => Promise.resolve(void asked.push(what)).then(() => answer)
  const queue: DurableScanQueue = {
    durable: true,
    enqueue: (runId) => note(`enqueue ${runId}`, undefined),
    has: (runId) => note(`has ${runId}`, true),
    discard: (runId) => note(`discard ${runId}`, undefined),
    size: () => note('size', 3),
    work: () => {
      asked.push('work')
      return { stop: () => note('stop', undefined) }
    },
    close: () => note('close', undefined),
  }
  return { asked, load: vi.fn(() => Promise.resolve(queue)) }
}
const work = {} as ScanWork

test('is loaded by whoever asks it something, once', async () => {
  const { asked, load } = diary()
  const queue = createLateScanQueue(load, LONG_MS)
  expect(load).not.toHaveBeenCalled()
  await queue.enqueue('run', ['AAPL'])
  expect(await queue.has('run')).toBe(true)
  await queue.discard('run')
  expect(await queue.size()).toBe(3)
  await queue.close()
  expect(asked).toEqual(['enqueue run', 'has run', 'discard run', 'size', 'close'])
  expect(load).toHaveBeenCalledTimes(1)
})

test('works a moment after it was told to', async () => {
  const { asked, load } = diary()
  const { stop } = createLateScanQueue(load, 20).work(work)
  expect(load).not.toHaveBeenCalled()
  await until(() => asked.length > 0)
  await stop()
  expect(asked).toEqual(['work', 'stop'])
})

test('works at once when there is something to do', async () => {
  const { asked, load } = diary()
  const queue = createLateScanQueue(load, LONG_MS)
  const { stop } = queue.work(work)
  await queue.enqueue('run', ['AAPL'])
  await stop()
  expect(asked.toSorted()).toEqual(['enqueue run', 'stop', 'work'])
})

test('that nobody needed is not loaded to be closed', async () => {
  const { load } = diary()
  const queue = createLateScanQueue(load, 20)
  await queue.work(work).stop()
  await queue.close()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(load).not.toHaveBeenCalled()
})

test('that cannot be had says so to whoever asks, and its worker begins as soon as it can', async () => {
  const { asked, load } = diary()
  const away = new Error('Redis is away.')
  load.mockRejectedValueOnce(away).mockRejectedValueOnce(away)
  const queue = createLateScanQueue(load, 20)
  const { stop } = queue.work(work)
  await expect(queue.size()).rejects.toThrow('Redis is away.')
  await until(() => asked.includes('work'))
  expect(load).toHaveBeenCalledTimes(3)
  await stop()
  expect(asked).toEqual(['work', 'stop'])
})

test('that could never be had is stopped and closed all the same', async () => {
  const { load } = diary()
  load.mockRejectedValue(new Error('Redis is away.'))
  const queue = createLateScanQueue(load, LONG_MS)
  const { stop } = queue.work(work)
  await expect(queue.has('run')).rejects.toThrow('Redis is away.')
  await stop()
  await queue.close()
})

test('that is still being loaded is neither waited for nor worked on, and closed when it comes', async () => {
  const { asked, load } = diary()
  const loaded = await load()
  let arrive = () => {}
  const slow = new Promise<DurableScanQueue>((resolve) => (arrive = () => resolve(loaded)))
  const queue = createLateScanQueue(() => slow, LONG_MS)
  const { stop } = queue.work(work)
  const size = queue.size()
  await stop()
  await queue.close()
  expect(asked).toEqual([])
  arrive()
  await size
  expect(asked.toSorted()).toEqual(['close', 'size'])
})
