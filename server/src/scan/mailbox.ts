/**
 * What one subscriber has not read yet: an async iterator that ends the moment it is told to, and that never holds
 * more than `limit` updates. A slow reader's updates are united into one, so it skips to the newest state.
 */
import type { Position } from './model.ts'

export interface Mailbox<T extends Position> extends AsyncIterableIterator<T> {
  deliver(update: T): void
  /** No more updates: the iterator ends after those that wait. */
  close(): void
}

export interface MailboxOptions<T> {
  limit: number
  /** One update that stands for both, the later one winning. Of three, it is the same whichever two come first. */
  unite: (earlier: T, later: T) => T
  /** Called once, when the reader leaves or the box is closed. */
  onClose: () => void
}

export function createMailbox<T extends Position>({ limit, unite, onClose }: MailboxOptions<T>): Mailbox<T> {
  let waiting: T[] = []
  let readers: ((result: IteratorResult<T>) => void)[] = []
  let closed = false

  function close(): void {
    if (closed) return
    closed = true
    for (const resolve of readers) resolve({ value: undefined, done: true })
    readers = []
    onClose()
  }

  return {
    deliver(update) {
      if (closed) return
      const reader = readers.shift()
      if (reader !== undefined) reader({ value: update, done: false })
      else if (waiting.length < limit) waiting.push(update)
      else {
        // The small ones first: the one that stands for all before them may be as large as everything there is.
        const [large, ...small] = waiting
        const later = [...small, update].reduce(unite)
        waiting = [large === undefined ? later : unite(large, later)]
      }
    },
    close,
    async next() {
      const update = waiting.shift()
      if (update !== undefined) return { value: update, done: false }
      if (closed) return { value: undefined, done: true }
      return new Promise((resolve) => readers.push(resolve))
    },
    async return() {
      close()
      waiting = []
      return { value: undefined, done: true }
    },
    async throw(error) {
      close()
      waiting = []
      throw error
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
