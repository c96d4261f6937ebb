/**
 * The scan queue of many machines: BullMQ on Redis. A run is a flow: a job for each ticker, and a parent that comes
 * when all of them are done or given up. A worker that dies loses its locks, and its jobs go to others.
 *
 * A long list is queued in batches: the first job of each queues the next one. So neither Redis nor a process is held
 * up by thousands of jobs at once, and there are never more than two batches of them.
 */
import { FlowProducer, Queue, WaitingError, Worker, type FlowJob, type Job } from 'bullmq'
import type { Redis } from 'ioredis'
import { continueTrace, injectTrace } from '../ops/spans.ts'
import type { Log } from '../scan/ports.ts'
import type { DurableScanQueue } from './late-scan-queue.ts'
import { ATTEMPTS, backoffMs } from './scan-jobs.ts'

export interface BullScanQueueOptions {
  /** For commands: fails fast. */
  redis: Redis
  /** A new connection for a worker, which waits on it for jobs; the queue closes it. */
  connectWorker: () => Redis
  /** Keys stand below `<prefix>:queue`. */
  prefix: string
  /** Jobs that a worker has in hand at the same time. */
  concurrency: number
  /** How long a job stays with a worker that says nothing, in milliseconds. */
  lockMs: number
  log: Log
}

interface ScanJob {
  runId: string
  /** Null for the jobs that end the run, or queue more of it. */
  symbol: string | null
  /** What is still to be queued, by whoever gets this job. */
  rest?: string[]
  /** Of the job that ends the run: nothing more is to be queued. */
  discarded?: boolean
  /** The trace of whoever queued it; null when there was none. */
  traceparent: string | null
}

type ScanFlowJob = FlowJob & { data: ScanJob; opts: { jobId: string } }

const NAME = 'scan'
/** Tickers. */
const BATCH = 250
/** A ticker that takes its worker down with it is not handed to all the others. */
const DEATHS = 3
const gone = { removeOnComplete: true, removeOnFail: true }
const retried = { attempts: ATTEMPTS, backoff: { type: 'custom' } }

export function createBullScanQueue(options: BullScanQueueOptions): DurableScanQueue {
  const { redis, connectWorker, concurrency, lockMs, log } = options
  const base = { connection: redis, prefix: `${options.prefix}:queue` }
  const queue = new Queue<ScanJob>(NAME, { ...base, streams: { events: { maxLen: 100 } } })
  const flows = new FlowProducer(base)
  // Whoever asks for something gets the error; the connection's own complaints would only repeat it.
  queue.on('error', () => {})
  flows.on('error', () => {})

  /** Whoever dies in the middle of it leaves it to another: what is queued already, or done, is not queued again. */
  async function queueMore(job: ScanJob, rest: string[]): Promise<void> {
    const { runId } = job
    const run = await queue.getJob(runId)
    if (run === undefined || run.data.discarded === true) return
    const batch = batchOf(job, rest)
    // BullMQ's own record of the children that are done.
    const done = await redis.hmget(
      `${queue.toKey(runId)}:processed`,
      ...batch.map(({ opts }) => queue.toKey(opts.jobId)),
    )
    const parent = { id: runId, queue: queue.qualifiedName }
    const left = batch.filter((_, index) => done[index] === null)
    await queue.addBulk(left.map(({ name, data, opts }) => ({ name, data, opts: { ...opts, parent } })))
  }

  return {
    durable: true,

    async enqueue(runId, symbols) {
      const traceparent = injectTrace()
      const before = await queue.getJob(runId)
      if (before?.data.discarded === true) await before.updateData({ ...before.data, discarded: false })
      await flows.add({
        name: 'finish',
        queueName: NAME,
        data: { runId, symbol: null, traceparent } satisfies ScanJob,
        opts: { jobId: runId, ...retried, ...gone },
        children: batchOf({ runId, symbol: null, traceparent }, symbols),
      })
    },

    has: async (runId) => (await queue.getJob(runId)) !== undefined,

    async discard(runId) {
      const parent = await queue.getJob(runId)
      if (parent === undefined) return
      await parent.updateData({ ...parent.data, discarded: true })
      // Jobs that a worker has in hand cannot be removed: it drops them itself.
      if ((await queue.remove(runId, { removeChildren: true })) === 0)
        await parent.removeUnprocessedChildren()
    },

    work(work) {
      const connection = connectWorker()
      let stopping = false
      const carryOut = async (job: Job<ScanJob>, token?: string): Promise<void> => {
        const { runId, symbol, rest, traceparent } = job.data
        if (rest !== undefined) return queueMore(job.data, rest)
        const carry = () => (symbol === null ? work.finish(runId) : work.ticker(runId, symbol))
        try {
          await continueTrace(traceparent, 'queue.process', {}, carry)
        } catch (error) {
          if (!stopping) throw error
          await job.moveToWait(token)
          throw new WaitingError()
        }
      }
      const worker = new Worker<ScanJob>(NAME, carryOut, {
        ...base,
        connection,
        concurrency,
        // Redis takes whole milliseconds only.
        lockDuration: Math.ceil(lockMs),
        stalledInterval: Math.ceil(lockMs / 2),
        maxStalledCount: DEATHS,
        settings: { backoffStrategy: (made) => backoffMs(made) },
      })
      worker.on('error', () => {})
      worker.on('failed', (job, error) => {
        if (job !== undefined && job.finishedOn === undefined) return
        const { runId, symbol } = job?.data ?? {}
        log.error({ err: error, runId, symbol }, 'A scan job was given up.')
      })
      async function leave(): Promise<void> {
        stopping = true
        // BullMQ waits for Redis before it says goodbye, unless it is told to leave at once.
        const isAway = connection.status !== 'ready'
        // Nor is one waited for that goes away in the middle of it.
        const lost = new Promise<void>((resolve) => connection.once('close', () => resolve()))
        await Promise.race([worker.close(isAway), lost])
        connection.disconnect()
      }
      let leaving: Promise<void> | undefined
      // Once: BullMQ may still be waiting, and the connection is lost only once.
      return { stop: () => (leaving ??= leave()) }
    },

    async size() {
      const counts = await queue.getJobCounts()
      return Object.values(counts).reduce((sum, count) => sum + count, 0)
    },

    async close() {
      await Promise.all([queue.close(), flows.close()])
    },
  }
}

/** The first symbols, led by a job for those that are left. */
function batchOf({ runId, traceparent }: ScanJob, symbols: string[]): ScanFlowJob[] {
  const rest = symbols.slice(BATCH)
  const more: ScanFlowJob = {
    name: 'more',
    queueName: NAME,
    data: { runId, symbol: null, rest, traceparent },
    opts: { jobId: `${runId}..${rest.length}`, ...retried, ...gone },
  }
  const tickers = symbols.slice(0, BATCH).map((symbol) => ({
    name: 'ticker',
    queueName: NAME,
    data: { runId, symbol, traceparent },
    opts: { jobId: `${runId}.${symbol}`, ignoreDependencyOnFailure: true, ...retried, ...gone },
  }))
  return rest.length === 0 ? tickers : [more, ...tickers]
}
