/**
 * A durable queue that is loaded when a scan asks for it, or a moment after its worker was told to begin: a server that
 * starts has people to answer first, and BullMQ is a big package. Nobody who stops or closes it waits for the loading.
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
  let loaded: DurableScanQueue | null = null
  let isClosed = false
  /** What waits for somebody to need the queue. */
  const waiting = new Set<() => void>()

  function queue(): Promise<DurableScanQueue> {
    loading ??= load().then(
      (queue) => {
        loaded = queue
        // Whoever closed it has not waited.
        if (isClosed) void queue.close()
        return queue
      },
      (error: unknown) => {
        loading = undefined
        throw error
      },
    )
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
      let worker: { stop(): Promise<void> } | null = null
      let isStopped = false
      let timer: NodeJS.Timeout
      const begin = () => {
        clearTimeout(timer)
        waiting.delete(begin)
        void start()
      }
      const start = async () => {
        try {
          const ready = await queue()
          if (!isStopped) worker ??= ready.work(work)
        } catch {
          if (!isStopped) beginLater()
        }
      }
      const beginLater = () => {
        timer = setTimeout(begin, laterMs)
        waiting.add(begin)
      }
      beginLater()
      return {
        async stop() {
          isStopped = true
          clearTimeout(timer)
          waiting.delete(begin)
          await worker?.stop()
        },
      }
    },

    async close() {
      isClosed = true
      await loaded?.close()
    },
  }
}
