/** The scan cache in Redis: keys, reads, and the calls of the scripts that write. */
import type { ChainableCommander, Redis } from 'ioredis'
import { CacheFull, CacheUnavailable } from '../scan/errors.ts'
import { IN_PROGRESS, NEVER, UNAVAILABLE } from '../scan/messages.ts'
import type { TickerResult } from '../scan/model.ts'
import type { CachedScan, CachePosition, Clock, Log, ScanCache } from '../scan/ports.ts'
import { scripts, type ScriptName } from './redis-scripts.ts'
import { createOutcomeReader, createRowReader, readPlan, readStatus } from './reading.ts'

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
    ages: key('ticker_ages'),
    lastRun: key('last_run'),
    status: key('status'),
    outcomes: key('ticker_outcomes'),
    lease: key('scan_in_progress'),
    position: key('seq'),
    plan: key('plan'),
    /** The channel shares the status key's name: Redis keeps the two apart. */
    channel: key('status'),
  }
}

export function createRedisScanCache(options: RedisScanCacheOptions): ScanCache {
  const { redis, clock, newId, ttlSeconds, leaseMs } = options
  const keys = scanKeys(options.prefix)
  const rowsIn = createRowReader()
  const outcomesIn = createOutcomeReader()
  const { attempt, reportRoom, reportCorrupt } = createReporter(options.log, clock)
  for (const { name, lua } of scripts) redis.defineCommand(name, { numberOfKeys: 9, lua })

  async function run(script: ScriptName, ...args: (string | number)[]): Promise<unknown> {
    const now = clock.now()
    const instant = (offsetSeconds: number) => new Date(now + offsetSeconds * 1000).toISOString()
    const command = (
      redis as unknown as Record<ScriptName, (...all: (string | number)[]) => Promise<unknown>>
    )[script]
    const { channel, options: rows, times, lastRun, status, outcomes, lease, position, plan, ages } = keys
    const names = [rows, times, lastRun, status, outcomes, lease, position, plan, ages]
    const common = [channel, ttlSeconds, instant(0), instant(-ttlSeconds), instant(ttlSeconds), newId()]
    const answer = await attempt(() => command.call(redis, ...names, ...common, ...args))
    if (script === 'commit') reportRoom()
    return answer
  }
  const done = async (script: ScriptName, ...args: (string | number)[]) => (await run(script, ...args)) === 1
  const isFresh = (row: TickerResult) => Date.parse(row.scannedAt) > clock.now() - ttlSeconds * 1000

  /** In one round trip, and of one moment. */
  const together = (ask: (chain: ChainableCommander) => ChainableCommander) =>
    attempt(async () => {
      try {
        return await ask(redis.multi()).exec()
      } catch (error) {
        if (!isOutOfMemory(error)) throw error
        // A Redis that is full takes no MULTI, not even of reads; but there, hardly anything changes meanwhile.
        return ask(redis.pipeline()).exec()
      }
    })

  async function read(): Promise<CachedScan> {
    const replies = await together((chain) =>
      chain
        .hgetall(keys.options)
        .get(keys.lastRun)
        .hgetall(keys.status)
        .hgetall(keys.outcomes)
        .get(keys.lease)
        .hmget(keys.position, ...POSITION),
    )
    const corrupt: string[] = []
    const reply = <T>(index: number, key: string, fallback: T): T => {
      const [error, value] = replies?.[index] ?? [null, null]
      if (error !== null) corrupt.push(key)
      return error === null && value !== null ? (value as T) : fallback
    }
    const rows = rowsIn.all(reply(0, keys.options, {}), corrupt)
    const lastRun = reply<string | null>(1, keys.lastRun, null)
    const status = readStatus(reply(2, keys.status, {}), keys.status, corrupt)
    const outcomes = outcomesIn.all(reply(3, keys.outcomes, {}), corrupt)
    const leased = reply<string | null>(4, keys.lease, null) !== null
    const position = positionIn(reply<(string | null)[]>(5, keys.position, []))
    reportCorrupt(corrupt)
    return {
      ...position,
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
      return rowsIn.some(Object.fromEntries(entries)).filter(isFresh)
    },
    async position() {
      return positionIn(await attempt(() => redis.hmget(keys.position, ...POSITION)))
    },
    holder: () => attempt(() => redis.get(keys.lease)),
    async work() {
      const replies = await together((chain) =>
        chain.get(keys.lease).get(keys.plan).hkeys(keys.outcomes).hget(keys.status, 'halted'),
      )
      const [holder, text, committed, halted] = (replies ?? []).map(([error, value]) =>
        error === null ? value : null,
      )
      const plan = readPlan(text as string | null | undefined)
      if (plan === null || plan.runId !== holder) return null
      return { plan, committed: (committed ?? []) as string[], halted: (halted ?? null) as string | null }
    },
    async outcomes() {
      return outcomesIn.some(await attempt(() => redis.hgetall(keys.outcomes)))
    },
    claim: ({ corrupt, ...plan }) =>
      done(
        'claim',
        plan.runId,
        plan.startedAt,
        plan.symbols.length,
        leaseMs,
        IN_PROGRESS,
        JSON.stringify(corrupt),
        JSON.stringify(plan),
      ),
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
    halt: (runId, reason) => done('halt', runId, reason),
    finish: (runId, { state, lastRun, finishedAt, keep }) =>
      done('finish', runId, state, lastRun, finishedAt, keep === null ? '' : JSON.stringify(keep)),
    async sweep({ lastRun, finishedAt }) {
      const interrupted = String(await run('sweep', lastRun, finishedAt))
      return interrupted === '' ? null : interrupted
    },
    async announce(symbols) {
      await run('announce', JSON.stringify(symbols))
    },
    async announceStocks(symbols) {
      return String(await run('announceStocks', JSON.stringify(symbols)))
    },
    async clear() {
      await run('clear')
    },
  }
}

const POSITION = ['epoch', 'seq', 'edition'] as const

const positionIn = ([epoch, seq, edition]: (string | null)[]): CachePosition => ({
  epoch: epoch ?? 'none',
  seq: Number(seq ?? 0),
  edition: edition ?? null,
})

/** After so long without a failure an outage is over, in milliseconds. */
const SETTLED_MS = 2_000

/** Says each outage, and each damage, once, and turns whatever the driver throws into `CacheUnavailable`. */
function createReporter(log: Log, clock: Clock) {
  let down = false
  /** When it answered first after it had not; null while it does not. */
  let backSince: number | null = null
  let full = false
  let damaged = ''

  /** One that answers now and then is one outage, and one line. */
  function answeredAgain(): void {
    backSince ??= clock.now()
    if (clock.now() - backSince < SETTLED_MS) return
    log.info({}, 'Redis answers again: full service.')
    down = false
    backSince = null
  }

  return {
    async attempt<T>(ask: () => Promise<T>): Promise<T> {
      try {
        const answer = await ask()
        if (down) answeredAgain()
        return answer
      } catch (error) {
        if (isOutOfMemory(error)) {
          if (!full) log.warn({}, 'Redis is full (maxmemory): nothing new can be stored until there is room.')
          full = true
          throw new CacheFull({ cause: error })
        }
        if (!down)
          log.warn({ reason: String(error) }, 'Redis does not answer: results are unavailable until it does.')
        down = true
        backSince = null
        throw new CacheUnavailable({ cause: error })
      }
    },
    reportRoom(): void {
      if (full) log.info({}, 'Redis has room again.')
      full = false
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

function isOutOfMemory(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { previousErrors = [] } = error as { previousErrors?: Error[] }
  return [error, ...previousErrors].some(({ message }) => message.startsWith('OOM'))
}
