/** What grows with the number of tickers, and what does not. */
import { figure, kilobytes, median, megabytes, whole } from '../report/numbers.ts'
import { say } from '../report/progress.ts'
import type { Section } from '../report/section.ts'
import { floorMs } from './floor.ts'
import { install, type ScanReport } from './installation.ts'
import type { Usage } from './orders.ts'

const SIZES = [26, 200, 1_000, 5_000]
const CONCURRENCY = 16
const LATENCY_MS = 100
/** So many are scanned before anything is measured: code is compiled as it is used. */
const WARM = 400
/** Of results, where rows are to run out in the middle of the scan. */
const SHORT_TTL_SECONDS = 5

interface Measured {
  tickers: number
  /** While nothing was stored yet. */
  empty: ScanReport
  /** The next scan, which replaces what is stored, as a rule. */
  full: ScanReport
  /** Of the server, then of the worker, if it is another process: before the first scan, and after the last. */
  rest: Usage[]
  after: Usage[]
}

export async function measureGrowth(redisUrl: string | null): Promise<Section> {
  const alone = await measureAll({ redisUrl: null, workers: 0 })
  const tables = [timeTable('in one process', alone)]
  const findings = [flat('CPU of the process per event, in one process', alone, perEvent)]
  if (redisUrl !== null) {
    const shared = await measureAll({ redisUrl, workers: 1 })
    const expiring = await measureAll({ redisUrl, workers: 1, ttlSeconds: SHORT_TTL_SECONDS })
    const idle = await measureAll({ redisUrl, workers: 1, idleReaders: 1 })
    const settings: [string, Measured[]][] = [
      ['one subscriber, who reads', shared],
      [`the same, and rows run out after ${SHORT_TTL_SECONDS} s`, expiring],
      ['another subscriber, who does not read', idle],
    ]
    tables.push(
      timeTable('on Redis, with one worker', shared),
      trafficTable(shared),
      cpuTable('server, CPU ms per event', settings, perEvent),
      cpuTable('Redis, CPU ms per ticker', settings, redisPerTicker),
    )
    findings.push(
      flat('CPU of the server per event', shared, perEvent),
      flat('CPU of Redis per ticker', shared, redisPerTicker),
      flat('CPU of Redis per ticker, with rows that run out', expiring, redisPerTicker),
      flat('CPU of the server per event, with a subscriber who does not read', idle, perEvent),
      flat('commands per ticker', shared, commandsPerTicker),
      flat('the largest message', shared, ({ full }) => Math.max(...full.messages)),
    )
  }
  return {
    title: 'Growth with the number of tickers',
    about: [
      `Scans of ${SIZES.map(whole).join(', ')} tickers, ${CONCURRENCY} at once, latency ${LATENCY_MS} ms, one subscriber who reads.`,
      'CPU is counted between a tenth and nine tenths of a scan that replaces stored rows, after enough scans to have the code compiled.',
      'Memory is that of each process: at rest before the first scan, at its highest, and what JavaScript holds after the last.',
    ].join(' '),
    tables,
    findings,
  }
}

interface Setting {
  redisUrl: string | null
  workers: number
  ttlSeconds?: number
  idleReaders?: number
}

async function measureAll(setting: Setting): Promise<Measured[]> {
  const all: Measured[] = []
  for (const tickers of SIZES) all.push(await measure(tickers, setting))
  return all
}

async function measure(tickers: number, setting: Setting): Promise<Measured> {
  say(`${setting.redisUrl === null ? 'in one process' : 'on Redis'}: ${tickers} tickers`)
  await using installation = await install({
    ...setting,
    tickers,
    concurrency: CONCURRENCY,
    latencyMs: LATENCY_MS,
  })
  const rest = await installation.ask('rest')
  const empty = await installation.scan()
  for (let scanned = tickers; scanned < WARM; scanned += tickers) await installation.scan()
  const full = await installation.scan(true)
  return { tickers, empty, full, rest, after: await installation.ask('usage') }
}

function timeTable(name: string, all: Measured[]): string[][] {
  const processes = all[0]?.rest.length === 1 ? [''] : ['server ', 'worker ']
  const memory = processes.map((process) => `${process}MB rest, peak, held`)
  return [
    [name, 'least ms', 'ms', 'ratio', 'answered ms', ...memory],
    ...all.map(({ tickers, full, rest, after }) => {
      const least = floorMs({ tickers, concurrency: CONCURRENCY, latencyMs: LATENCY_MS, perSecond: null })
      return [
        whole(tickers),
        whole(least),
        whole(full.ms),
        figure(full.ms / least),
        whole(full.answeredMs),
        ...after.map(({ peakRss, heapUsed }, index) =>
          [rest[index]?.rss ?? NaN, peakRss, heapUsed].map((bytes) => whole(bytes / 2 ** 20)).join(', '),
        ),
      ]
    }),
  ]
}

function trafficTable(all: Measured[]): string[][] {
  return [
    [
      'Redis',
      'commands/ticker',
      'kB in/ticker',
      'kB out/ticker',
      'MB at a tenth',
      'MB after',
      'message B median',
      'message B max',
    ],
    ...all.map((one) => {
      const { tickers, empty, full } = one
      const [before, early, after] = [empty.redis?.before, empty.redis?.early, empty.redis?.after]
      if (before === undefined || early === undefined || after === undefined) return [whole(tickers)]
      return [
        whole(tickers),
        figure(commandsPerTicker(one)),
        kilobytes((after.received - before.received) / tickers),
        kilobytes((after.sent - before.sent) / tickers),
        megabytes(early.memory - before.memory),
        megabytes(after.memory - before.memory),
        whole(median(full.messages)),
        whole(Math.max(...full.messages)),
      ]
    }),
  ]
}

function cpuTable(
  name: string,
  settings: [string, Measured[]][],
  value: (one: Measured) => number,
): string[][] {
  return [
    [name, ...SIZES.map(whole)],
    ...settings.map(([setting, all]) => [setting, ...all.map((one) => figure(value(one)))]),
  ]
}

function perEvent({ full: { early, late } }: Measured): number {
  return (late.cpuMs - early.cpuMs) / (late.seq - early.seq)
}

function redisPerTicker({ full: { redis, early, late } }: Measured): number {
  return redis === null ? NaN : (redis.late.cpuMs - redis.early.cpuMs) / (late.done - early.done)
}

function commandsPerTicker({ tickers, empty: { redis } }: Measured): number {
  return redis === null ? NaN : (redis.after.commands - redis.before.commands) / tickers
}

/** From 200 tickers on: with 26, what happens once in a scan weighs more than its tickers. */
function flat(what: string, all: Measured[], value: (one: Measured) => number): string {
  const [, some, , most] = all
  if (some === undefined || most === undefined) return ''
  return `${what}: ${figure(value(most) / value(some))} times as much with ${whole(most.tickers)} tickers as with ${whole(some.tickers)}.`
}
