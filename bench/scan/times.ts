/** How long a scan takes, beside the least that it can take. */
import { figure, median, whole } from '../report/numbers.ts'
import { say } from '../report/progress.ts'
import type { Section } from '../report/section.ts'
import { allowedMs, floorMs, type Case } from './floor.ts'
import { install } from './installation.ts'

interface Engine {
  name: string
  /** Processes that only scan; 0: the server does it; null: without Redis. */
  workers: number | null
}

const engines: Engine[] = [
  { name: 'in one process', workers: null },
  { name: 'Redis, worker in the server', workers: 0 },
  { name: 'Redis, two workers', workers: 2 },
]
const LATENCY_MS = 100
const cases: Omit<Case, 'latencyMs'>[] = [
  { tickers: 26, concurrency: 4, perSecond: null },
  { tickers: 26, concurrency: 16, perSecond: null },
  { tickers: 26, concurrency: 16, perSecond: 20 },
  { tickers: 1_000, concurrency: 4, perSecond: null },
  { tickers: 1_000, concurrency: 16, perSecond: null },
  { tickers: 1_000, concurrency: 16, perSecond: 100 },
]

export async function measureTimes(redisUrl: string | null): Promise<Section> {
  const rows: string[][] = []
  let [kept, all] = [0, 0]
  for (const engine of engines) {
    if (engine.workers !== null && redisUrl === null) continue
    for (const chosen of cases) {
      const measured: Case = { ...chosen, latencyMs: LATENCY_MS }
      say(`${engine.name}: ${chosen.tickers} tickers, ${chosen.concurrency} at once`)
      const { first, later } = await timesOf(engine, measured, redisUrl)
      const ms = median(later)
      all += 1
      if (ms <= allowedMs(measured)) kept += 1
      rows.push(rowOf(engine, measured, first, ms))
    }
  }
  const head = [
    'engine',
    'tickers',
    'at once',
    'limit/s',
    'least ms',
    'allowed ms',
    'first ms',
    'ms',
    'ratio',
    'kept',
  ]
  return {
    title: 'Scan time',
    about: [
      `From the press of the button until a subscriber has read that the scan has ended, at a constant latency of ${LATENCY_MS} ms.`,
      'The least is max(⌈tickers / at once⌉ × latency, tickers / limit); allowed are 1.1 × that + 50 ms.',
      '*First* is the first scan of new processes, *ms* the median of those after it.',
    ].join(' '),
    tables: [[head, ...rows]],
    findings: [`${kept} of ${all} within what is allowed.`],
  }
}

async function timesOf(
  { workers }: Engine,
  { concurrency, ...rest }: Case,
  redisUrl: string | null,
): Promise<{ first: number; later: number[] }> {
  await using installation = await install({
    ...rest,
    redisUrl: workers === null ? null : redisUrl,
    workers: workers ?? 0,
    concurrency: concurrency / Math.max(1, workers ?? 0),
  })
  const { ms: first } = await installation.scan()
  const later: number[] = []
  const scans = Math.min(5, Math.max(1, Math.round(15_000 / floorMs({ concurrency, ...rest }))))
  while (later.length < scans) {
    // The limit's window of the scan before is over.
    if (rest.perSecond !== null) await new Promise((resolve) => setTimeout(resolve, 1_500))
    later.push((await installation.scan()).ms)
  }
  return { first, later }
}

function rowOf({ name }: Engine, measured: Case, first: number, ms: number): string[] {
  const { tickers, concurrency, perSecond } = measured
  return [
    name,
    whole(tickers),
    whole(concurrency),
    perSecond === null ? '–' : whole(perSecond),
    whole(floorMs(measured)),
    whole(allowedMs(measured)),
    whole(first),
    whole(ms),
    figure(ms / floorMs(measured)),
    ms <= allowedMs(measured) ? 'yes' : 'no',
  ]
}
