/**
 * A durable queue that is loaded when a scan asks for it, or a moment after its worker was told to begin: a server that
 * starts has people to answer first, and BullMQ is a big package.
 */
import type { ScanQueue } from '../scan/ports.ts'

export interface DurableScanQueue extends ScanQueue {
  /** Jobs in whatever state: none when no scan runs. */
  size(): Promise<number>
  close(): Promise<void>
}

/** How long jobs that others have queued may wait for a worker that starts, milliseconds. */
const LATER_MS = 1_000

/** @param load rejects when the queue cannot be had now: it is tried again when it is asked for, and for its worker */
export function createLateScanQueue(
  load: () => Promise<DurableScanQueue>,
  laterMs = LATER_MS,
): DurableScanQueue {
  let loading: Promise<DurableScanQueue> | undefined
  /** What waits for somebody to need the queue. */
  const waiting = new Set<() => void>()

  function queue(): Promise<DurableScanQueue> {
    loading ??= load().catch((error: unknown) => {
      loading = undefined
      throw error
    })
    for (const begin of waiting) begin()
    return loading
  }

  return {
    durable: true,
    enqueue: async (runId, symbols) => (await queue()).enqueue(runId, symbols),
    has: async (runId) => (await queue()).has(runId),
    discard: async (runId) => (await queue()).discard(runId),
    size: async () => (await queue()).size(),

    work(work) {
      let working: Promise<{ stop(): Promise<void> } | null> | undefined
      let timer: NodeJS.Timeout
      const begin = () => {
        clearTimeout(timer)
        waiting.delete(begin)
        working ??= queue().then(
          (loaded) => loaded.work(work),
          () => {
            working = undefined
            beginLater()
            return null
          },
        )
      }
      const beginLater = () => {
        timer = setTimeout(begin, laterMs)
        waiting.add(begin)
      }
      beginLater()
      return {
        async stop() {
          const begun = await working
          clearTimeout(timer)
          waiting.delete(begin)
          await begun?.stop()
        },
      }
    },

    close: async () => (await loading?.catch(() => null))?.close(),
  }
}
