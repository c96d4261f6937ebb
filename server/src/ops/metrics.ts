/**
 * What Prometheus may know: every metric with its meaning, unit and labels. Labels have few values, known beforehand:
 * never a symbol, a person or an address. One registry per process, so that several apps in one test do not mix.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { EndState } from '../scan/model.ts'

export type Metrics = ReturnType<typeof createMetrics>

const PREFIX = 'wheel_analyzer_'
const endStates: readonly EndState[] = ['COMPLETED', 'FAILED', 'CANCELLED', 'INTERRUPTED']
const tickerOutcomes = ['ok', 'empty', 'failed'] as const
const readResults = ['hit', 'miss', 'failed'] as const

/** After the start, milliseconds. */
const LATER_MS = 1_000

/** Upper bounds, in seconds. */
const quick = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1]
const patient = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
const requests = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180]
const scans = [1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600]

export function createMetrics() {
  const registry = new Registry()
  let isWatched = false
  /** The process itself: not at the start, which has no time for what nobody looks at yet. */
  function watchProcess(): void {
    if (!isWatched) collectDefaultMetrics({ register: registry })
    isWatched = true
  }
  setTimeout(watchProcess, LATER_MS).unref()
  const registers = [registry]

  function counter<T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> {
    return new Counter({ name: PREFIX + name, help, labelNames, registers })
  }
  function gauge<T extends string = never>(
    name: string,
    help: string,
    labelNames: readonly T[] = [],
  ): Gauge<T> {
    return new Gauge({ name: PREFIX + name, help, labelNames, registers })
  }
  function histogram<T extends string = never>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly T[] = [],
  ): Histogram<T> {
    return new Histogram({ name: PREFIX + name, help, labelNames, buckets, registers })
  }

  const metrics = {
    scans: counter('scans_total', 'Scans that ended, counted by the one process of all that ended them.', [
      'state',
    ]),
    scanDuration: histogram('scan_duration_seconds', 'From the start of a scan to its end.', scans, [
      'state',
    ]),
    tickers: counter(
      'tickers_total',
      'Tickers that this process scanned: ok (some contracts kept), empty (none), failed.',
      ['outcome'],
    ),
    providerDuration: histogram(
      'provider_request_duration_seconds',
      'Time to get one ticker from a provider, waiting for a turn and repeats included: ok, failed, aborted.',
      requests,
      ['provider', 'outcome'],
    ),
    providerErrors: counter('provider_errors_total', 'Tickers that a provider could not give, by fault.', [
      'provider',
      'fault',
    ]),
    cacheDuration: histogram(
      'cache_operation_duration_seconds',
      'Time of one operation on the store of results: ok, failed.',
      quick,
      ['operation', 'outcome'],
    ),
    cacheReads: counter(
      'cache_reads_total',
      'Readings of the whole scan: hit (there are rows), miss (there are none), failed.',
      ['result'],
    ),
    subscribers: gauge('subscribers', 'Live status subscriptions of this process.'),
    eventLag: histogram(
      'event_lag_seconds',
      'From a change to its event here, by the clocks of the two machines.',
      quick,
    ),
    jobs: histogram(
      'scan_job_duration_seconds',
      'Work on one job of a scan: ok, or failed and tried again. Jobs: ticker, finish.',
      requests,
      ['job', 'outcome'],
    ),
    queueJobs: gauge('queue_jobs', 'Jobs of all scans in the queue that workers share, in whatever state.'),
    eventGaps: counter(
      'event_gaps_total',
      'Times when the event channel was away, so that events may be lost.',
      [],
    ),
    operations: histogram(
      'graphql_operation_duration_seconds',
      'Execution of a GraphQL operation (of a subscription: its start): ok, refused (a person’s mistake), failed.',
      patient,
      ['operation', 'type', 'outcome'],
    ),
    requests: histogram(
      'http_request_duration_seconds',
      'From an HTTP request to the beginning of its answer, by route pattern and status class.',
      patient,
      ['method', 'route', 'status'],
    ),
    sockets: gauge('websocket_connections', 'Open WebSockets.'),
    readyAnswers: counter('ready_answers_total', 'Queries that were answered from bytes.', []),
    dependencyUp: gauge('dependency_up', 'Whether a neighbour answers: 1 or 0. Asked at each scrape.', [
      'dependency',
    ]),
    dependencyLatency: gauge(
      'dependency_latency_seconds',
      'How long a neighbour took to answer, or to fail.',
      ['dependency'],
    ),
  }

  // A counter that appears with its first event hides that event from rate().
  for (const state of endStates) metrics.scans.inc({ state }, 0)
  for (const outcome of tickerOutcomes) metrics.tickers.inc({ outcome }, 0)
  for (const result of readResults) metrics.cacheReads.inc({ result }, 0)

  const samples = new Map<Gauge, () => number | Promise<number>>()

  return {
    ...metrics,
    contentType: registry.contentType,
    /** From now on the gauge is read at each scrape; one that cannot be read is not a number. */
    sample(gauge: Gauge, read: () => number | Promise<number>): void {
      samples.set(gauge, read)
    },
    /** In Prometheus' text format. */
    async text(): Promise<string> {
      watchProcess()
      const readings = [...samples].map(async ([gauge, read]) => {
        try {
          gauge.set(await read())
        } catch {
          gauge.set(NaN)
        }
      })
      await Promise.all(readings)
      return registry.metrics()
    },
  }
}
