/** The queue of a scan's jobs: a span and a duration for each, and the run's id on every line written meanwhile. */
import type { ScanQueue } from '../scan/ports.ts'
import { withLogFields } from './log-fields.ts'
import type { Metrics } from './metrics.ts'
import { inSpan } from './spans.ts'

/** The adapter inside carries the trace along with the job: `injectTrace` and `continueTrace` of `spans.ts`. */
export function measuredQueue(queue: ScanQueue, metrics: Metrics): ScanQueue {
  async function during(job: string, runId: string, symbol: string | null, work: () => Promise<void>) {
    const end = metrics.jobs.startTimer({ job })
    const attributes = { 'wheel.run_id': runId, ...(symbol !== null && { 'wheel.symbol': symbol }) }
    try {
      await withLogFields({ runId }, () => inSpan(`scan.${job}`, attributes, work))
      end({ outcome: 'ok' })
    } catch (error) {
      end({ outcome: 'failed' })
      throw error
    }
  }

  return {
    ...queue,
    enqueue: (runId, symbols) =>
      inSpan('queue.enqueue', { 'wheel.run_id': runId, 'wheel.tickers': symbols.length }, () =>
        queue.enqueue(runId, symbols),
      ),
    work: (work) =>
      queue.work({
        ticker: (runId, symbol) => during('ticker', runId, symbol, () => work.ticker(runId, symbol)),
        finish: (runId) => during('finish', runId, null, () => work.finish(runId)),
      }),
  }
}
