/** What more workers are good for, with and without a limit that they share. */
import { startStrictVendor } from '../../tests/support/strict-vendor.ts'
import { figure, median, whole } from '../report/numbers.ts'
import { say } from '../report/progress.ts'
import type { Section } from '../report/section.ts'
import { floorMs } from './floor.ts'
import { install } from './installation.ts'

const WORKERS = [1, 2, 4, 8]
const CONCURRENCY = 4
const TICKERS = 320
const LATENCY_MS = 250
const PER_SECOND = 40
const LIMITED_TICKERS = 240
const SCANS = 2

export async function measureWorkers(redisUrl: string): Promise<Section> {
  const free: string[][] = []
  const limited: string[][] = []
  let violations = 0
  for (const workers of WORKERS) {
    say(`${workers} workers`)
    free.push(await withoutLimit(redisUrl, workers))
    const { row, broken } = await withLimit(redisUrl, workers)
    limited.push(row)
    violations += broken
  }
  const head = ['workers', 'at once', 'least ms', 'ms', 'ratio', 'tickers/s']
  return {
    title: 'Growth with the number of workers',
    about: [
      `Workers are processes of their own, ${CONCURRENCY} tickers at once in each.`,
      `First ${whole(TICKERS)} tickers at a latency of ${LATENCY_MS} ms, so long that waiting for answers and not the processor is the limit (median of ${SCANS} scans after the first).`,
      `Then ${whole(LIMITED_TICKERS)} tickers at ${LATENCY_MS} ms (the second scan) with a limit of ${PER_SECOND} requests a second for all workers together, over HTTP from a vendor that counts every sliding second and answers 429 to what is too much.`,
    ].join(' '),
    tables: [
      [head, ...free],
      [[...head, 'most in a second', 'refused'], ...limited],
    ],
    findings: [`${whole(violations)} requests broke the shared limit.`],
  }
}

async function withoutLimit(redisUrl: string, workers: number): Promise<string[]> {
  await using installation = await install({
    redisUrl,
    workers,
    concurrency: CONCURRENCY,
    tickers: TICKERS,
    latencyMs: LATENCY_MS,
  })
  const times: number[] = []
  for (let scan = 0; scan <= SCANS; scan += 1) times.push((await installation.scan()).ms)
  return rowOf(workers, TICKERS, null, median(times.slice(1)))
}

async function withLimit(redisUrl: string, workers: number): Promise<{ row: string[]; broken: number }> {
  const vendor = await startStrictVendor({
    perSecond: PER_SECOND,
    creditsPerRequest: 8,
    latencyMs: [LATENCY_MS, LATENCY_MS],
  })
  await using installation = await install({
    redisUrl,
    workers,
    concurrency: CONCURRENCY,
    tickers: LIMITED_TICKERS,
    latencyMs: LATENCY_MS,
    perSecond: PER_SECOND,
    vendorUrl: vendor.baseUrl,
  })
  await installation.scan()
  const { ms } = await installation.scan()
  const broken = vendor.violations.length
  const most = vendor.busiest()
  await vendor.close()
  const row = rowOf(workers, LIMITED_TICKERS, PER_SECOND, ms)
  return { row: [...row, whole(most), whole(broken)], broken }
}

function rowOf(workers: number, tickers: number, perSecond: number | null, ms: number): string[] {
  const concurrency = workers * CONCURRENCY
  const least = floorMs({ tickers, concurrency, latencyMs: LATENCY_MS, perSecond })
  return [
    whole(workers),
    whole(concurrency),
    whole(least),
    whole(ms),
    figure(ms / least),
    figure((tickers / ms) * 1000),
  ]
}
