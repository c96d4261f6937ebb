/** The scan cache in Redis: keys, reads, and the calls of the scripts that write. */
import type { Redis } from 'ioredis'
import { CacheUnavailable } from '../scan/errors.ts'
import { IN_PROGRESS, NEVER, UNAVAILABLE } from '../scan/messages.ts'
import type { TickerOutcome, TickerResult } from '../scan/model.ts'
import type { CachedScan, Clock, Log, ScanCache } from '../scan/ports.ts'
import { scripts, type ScriptName } from './redis-scripts.ts'
import { readEntries, readStatus } from './reading.ts'

export interface RedisScanCacheOptions {
  redis: Redis
  clock: Clock
  newId: () => string
  log: Log
  /** E.g. `wheel_analyzer:1`. */
  prefix: string
  ttlSeconds: number
  leaseMs: number
}

export function scanKeys(prefix: string) {
  const key = (name: string) => `${prefix}:scanner:${name}`
  return {
    options: key('ticker_options'),
    times: key('ticker_scan_times'),
    lastRun: key('last_run'),
    status: key('status'),
    outcomes: key('ticker_outcomes'),
    lease: key('scan_in_progress'),
    position: key('seq'),
    /** The channel shares the status key's name: Redis keeps the two apart. */
    channel: key('status'),
  }
}

export function createRedisScanCache(options: RedisScanCacheOptions): ScanCache {
  const { redis, clock, newId, ttlSeconds, leaseMs } = options
  const keys = scanKeys(options.prefix)
  const { attempt, reportCorrupt } = createReporter(options.log)
  for (const { name, lua } of scripts) redis.defineCommand(name, { numberOfKeys: 7, lua })

  async function run(script: ScriptName, ...args: (string | number)[]): Promise<unknown> {
    const now = clock.now()
    const instant = (offsetSeconds: number) => new Date(now + offsetSeconds * 1000).toISOString()
    const command = (
      redis as unknown as Record<ScriptName, (...all: (string | number)[]) => Promise<unknown>>
    )[script]
    const { options: rows, times, lastRun, status, outcomes, lease, position, channel } = keys
    const common = [channel, ttlSeconds, instant(0), instant(-ttlSeconds), instant(ttlSeconds), newId()]
    return attempt(() =>
      command.call(redis, rows, times, lastRun, status, outcomes, lease, position, ...common, ...args),
    )
  }
  const done = async (script: ScriptName, ...args: (string | number)[]) => (await run(script, ...args)) === 1
  const isFresh = (row: TickerResult) => Date.parse(row.scannedAt) > clock.now() - ttlSeconds * 1000

  async function read(): Promise<CachedScan> {
    const replies = await attempt(() =>
      redis
        .multi()
        .hgetall(keys.options)
        .get(keys.lastRun)
        .hgetall(keys.status)
        .hgetall(keys.outcomes)
        .get(keys.lease)
        .hmget(keys.position, 'epoch', 'seq')
        .exec(),
    )
    const corrupt: string[] = []
    const reply = <T>(index: number, key: string, fallback: T): T => {
      const [error, value] = replies?.[index] ?? [null, null]
      if (error !== null) corrupt.push(key)
      return error === null && value !== null ? (value as T) : fallback
    }
    const rows = readEntries<TickerResult>('row', reply(0, keys.options, {}), corrupt)
    const lastRun = reply<string | null>(1, keys.lastRun, null)
    const status = readStatus(reply(2, keys.status, {}), keys.status, corrupt)
    const outcomes = readEntries<TickerOutcome>('outcome', reply(3, keys.outcomes, {}), corrupt)
    const leased = reply<string | null>(4, keys.lease, null) !== null
    const [epoch, seq] = reply<(string | null)[]>(5, keys.position, [])
    reportCorrupt(corrupt)
    return {
      epoch: epoch ?? 'none',
      seq: Number(seq ?? 0),
      ...status,
      scanInProgress: status.state === 'RUNNING' && leased,
      lastRun: lastRun ?? (corrupt.length > 0 ? UNAVAILABLE : NEVER),
      tickers: rows.filter(isFresh),
      outcomes,
      corrupt,
    }
  }

  return {
    read,
    async readTickers(symbols) {
      if (symbols.length === 0) return []
      const texts = await attempt(() => redis.hmget(keys.options, ...symbols))
      const entries = symbols.flatMap((symbol, index) =>
        texts[index] == null ? [] : [[symbol, texts[index]]],
      )
      return readEntries<TickerResult>('row', Object.fromEntries(entries), []).filter(isFresh)
    },
    async position() {
      const [epoch, seq] = await attempt(() => redis.hmget(keys.position, 'epoch', 'seq'))
      return { epoch: epoch ?? 'none', seq: Number(seq ?? 0) }
    },
    claim: ({ runId, startedAt, symbols, corrupt }) =>
      done('claim', runId, startedAt, symbols.length, leaseMs, IN_PROGRESS, JSON.stringify(corrupt)),
    renew: (runId) => done('renew', runId, leaseMs),
    begin: (runId, symbol) => done('begin', runId, symbol),
    commit: (runId, outcome, result) =>
      done(
        'commit',
        runId,
        outcome.symbol,
        JSON.stringify(outcome),
        result === null ? '' : JSON.stringify(result),
        result?.scannedAt ?? '',
        outcome.message === null ? 0 : 1,
      ),
    finish: (runId, { state, lastRun, finishedAt, keep }) =>
      done('finish', runId, state, lastRun, finishedAt, keep === null ? '' : JSON.stringify(keep)),
    async sweep({ lastRun, finishedAt }) {
      const interrupted = String(await run('sweep', lastRun, finishedAt))
      return interrupted === '' ? null : interrupted
    },
    async announce(symbols) {
      await run('announce', JSON.stringify(symbols))
    },
    async clear() {
      await run('clear')
    },
  }
}

/** Says each outage, and each damage, once, and turns whatever the driver throws into `CacheUnavailable`. */
function createReporter(log: Log) {
  let down = false
  let damaged = ''
  return {
    async attempt<T>(ask: () => Promise<T>): Promise<T> {
      try {
        const answer = await ask()
        if (down) log.info({}, 'Redis answers again: full service.')
        down = false
        return answer
      } catch (error) {
        if (!down)
          log.warn({ reason: String(error) }, 'Redis does not answer: results are unavailable until it does.')
        down = true
        throw new CacheUnavailable({ cause: error })
      }
    },
    reportCorrupt(corrupt: string[]): void {
      const found = corrupt.toSorted().join(', ')
      if (found !== '' && found !== damaged) {
        log.warn({ corrupt: found }, 'Stored scan data cannot be read; the next scan replaces it.')
      }
      damaged = found
    },
  }
}
