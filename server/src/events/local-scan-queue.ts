/** The scan queue of a single process: the jobs of a run, so many at a time, and gone with the process. */
import { setTimeout as delay } from 'node:timers/promises'
import pMap from 'p-map'
import type { Log, ScanQueue, ScanWork } from '../scan/ports.ts'
import { ATTEMPTS, backoffMs } from './scan-jobs.ts'

export function createLocalScanQueue({ concurrency, log }: { concurrency: number; log: Log }): ScanQueue {
  const runs = new Map<string, AbortController>()
  let worker: { work: ScanWork; stopping: AbortSignal } | null = null

  async function attempt(
    job: { name: string; runId: string },
    signal: AbortSignal,
    task: () => Promise<void>,
  ) {
    for (let made = 1; ; made += 1) {
      try {
        return await task()
      } catch (error) {
        signal.throwIfAborted()
        if (made >= ATTEMPTS) return log.error({ err: error, ...job }, 'A scan job was given up.')
        await delay(backoffMs(made), undefined, { signal })
      }
    }
  }

  async function carryOut(runId: string, symbols: string[], discarded: AbortSignal): Promise<void> {
    if (worker === null) return
    const { work, stopping } = worker
    const signal = AbortSignal.any([discarded, stopping])
    await pMap(
      symbols,
      (symbol) => attempt({ name: symbol, runId }, signal, () => work.ticker(runId, symbol)),
      { concurrency, signal },
    )
    await attempt({ name: 'finish', runId }, signal, () => work.finish(runId))
  }

  return {
    durable: false,
    async enqueue(runId, symbols) {
      if (runs.has(runId)) return
      const discarded = new AbortController()
      runs.set(runId, discarded)
      const done = carryOut(runId, symbols, discarded.signal)
        .catch(() => {}) // Discarded or stopped: jobs answer for themselves.
        .finally(() => {
          if (runs.get(runId) === discarded) runs.delete(runId)
        })
      void done
    },
    has: async (runId) => runs.has(runId),
    async discard(runId) {
      runs.get(runId)?.abort(new Error('The scan has ended.'))
      runs.delete(runId)
    },
    work(work) {
      const stopping = new AbortController()
      worker = { work, stopping: stopping.signal }
      return {
        async stop() {
          stopping.abort(new Error('The process is stopping.'))
          worker = null
        },
      }
    },
  }
}
