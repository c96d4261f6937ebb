import { expect, test, vi } from 'vitest'
import { createMailbox } from '../../../server/src/scan/mailbox.ts'

type Update = { epoch: string; seq: number; all: number[] }
const update = (seq: number): Update => ({ epoch: 'e', seq, all: [seq] })
const unite = (earlier: Update, later: Update): Update => ({ ...later, all: [...earlier.all, ...later.all] })
const box = (limit = 3, onClose = () => {}) => createMailbox<Update>({ limit, unite, onClose })

test('hands over updates in order, to readers that wait and to readers that come later', async () => {
  const mailbox = box()
  const waiting = mailbox.next()
  mailbox.deliver(update(1))
  mailbox.deliver(update(2))
  expect((await waiting).value).toEqual(update(1))
  expect((await mailbox.next()).value).toEqual(update(2))
})

test('unites what a slow reader has not read, so that it skips to the newest state and holds no more than its limit', async () => {
  const mailbox = box()
  for (let seq = 1; seq <= 10_000; seq += 1) mailbox.deliver(update(seq))
  const read: Update[] = []
  mailbox.close()
  for await (const value of mailbox) read.push(value)
  expect(read.length).toBeLessThanOrEqual(3)
  expect(read.at(-1)?.seq).toBe(10_000)
  expect(read.flatMap(({ all }) => all)).toEqual(Array.from({ length: 10_000 }, (_, index) => index + 1))
})

test('ends a waiting reader at once when it returns, and tells so once', async () => {
  const onClose = vi.fn()
  const mailbox = box(3, onClose)
  const waiting = mailbox.next()
  await mailbox.return?.()
  expect(await waiting).toEqual({ value: undefined, done: true })
  await mailbox.return?.()
  mailbox.close()
  mailbox.deliver(update(1))
  expect(await mailbox.next()).toEqual({ value: undefined, done: true })
  expect(onClose).toHaveBeenCalledTimes(1)
})

test('lets a reader have what waits when it is closed, and drops it when the reader leaves', async () => {
  const closed = box()
  closed.deliver(update(1))
  closed.close()
  expect((await closed.next()).value).toEqual(update(1))
  expect((await closed.next()).done).toBe(true)
  const left = box()
  left.deliver(update(1))
  await left.return?.()
  expect((await left.next()).done).toBe(true)
})
