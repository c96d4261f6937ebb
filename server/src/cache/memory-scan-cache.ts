/**
 * The scan cache of a single process: the same promises as the Redis one (one contract test holds both), with every
 * method finished before another begins, because nothing in it waits.
 */
import { IN_PROGRESS, NEVER } from '../scan/messages.ts'
import type { ScanEvent, ScanSummary, TickerOutcome, TickerResult } from '../scan/model.ts'
import type { Clock, RunPlan, ScanCache } from '../scan/ports.ts'

export interface MemoryScanCacheOptions {
  clock: Clock
  newId: () => string
  ttlSeconds: number
  leaseMs: number
  publish: (event: ScanEvent) => void
}

type Status = Omit<ScanSummary, 'lastRun' | 'scanInProgress' | 'progress'> & { done: number; total: number }
const idle: Status = { state: 'IDLE', runId: null, startedAt: null, finishedAt: null, done: 0, total: 0 }

export function createMemoryScanCache(options: MemoryScanCacheOptions): ScanCache {
  const { clock, ttlSeconds, leaseMs } = options
  /** The oldest first, so that looking for what has expired ends at the first that has not. */
  const rows = new Map<string, TickerResult>()
  let latest = ''
  const outcomes = new Map<string, TickerOutcome>()
  const current = new Set<string>()
  let status = idle
  let lastRun = NEVER
  let lease: { runId: string; until: number } | null = null
  let plan: RunPlan | null = null
  let halted: string | null = null
  /** When status and last run are 45 minutes old; null while there is nothing to run out. */
  let until: number | null = null
  const epoch = options.newId()
  let seq = 0
  let edition = epoch

  const holder = () => (lease !== null && lease.until > clock.now() ? lease.runId : null)
  const isFresh = (row: TickerResult) => Date.parse(row.scannedAt) > clock.now() - ttlSeconds * 1000
  const bySymbol = (a: { symbol: string }, b: { symbol: string }) => (a.symbol < b.symbol ? -1 : 1)
  const retain = () => (until = clock.now() + ttlSeconds * 1000)

  function summary(): ScanSummary {
    const { done, total, ...rest } = status
    return {
      ...rest,
      scanInProgress: status.state === 'RUNNING' && holder() !== null,
      lastRun,
      progress: { done, total, current: [...current].toSorted() },
    }
  }

  function publish(change: Partial<Pick<ScanEvent, 'changed' | 'removed' | 'outcome' | 'reset'>>): void {
    seq += 1
    options.publish({
      epoch,
      seq,
      edition,
      at: new Date(clock.now()).toISOString(),
      ...summary(),
      changed: [],
      removed: [],
      outcome: null,
      reset: false,
      ...change,
    })
  }

  function drop(symbols: Iterable<string>): string[] {
    return [...symbols].filter((symbol) => rows.delete(symbol))
  }

  function keep(row: TickerResult): void {
    rows.delete(row.symbol)
    rows.set(row.symbol, row)
    if (row.scannedAt < latest) {
      const sorted = [...rows].toSorted(([, a], [, b]) => (a.scannedAt < b.scannedAt ? -1 : 1))
      rows.clear()
      for (const [symbol, kept] of sorted) rows.set(symbol, kept)
    } else latest = row.scannedAt
  }

  function dropExpired(): string[] {
    const expired: string[] = []
    for (const row of rows.values()) {
      if (isFresh(row)) break
      expired.push(row.symbol)
    }
    return drop(expired)
  }

  function forget(): void {
    rows.clear()
    outcomes.clear()
    current.clear()
    status = idle
    lastRun = NEVER
    until = null
  }

  function endRun(end: Pick<Status, 'state' | 'runId' | 'finishedAt'> & { lastRun: string }): void {
    lease = null
    plan = null
    current.clear()
    status = { ...status, state: end.state, runId: end.runId, finishedAt: end.finishedAt }
    lastRun = end.lastRun
    retain()
  }

  return {
    async read() {
      return {
        epoch,
        seq,
        edition,
        ...summary(),
        tickers: [...rows.values()].filter(isFresh).toSorted(bySymbol),
        outcomes: [...outcomes.values()].toSorted(bySymbol),
        corrupt: [],
      }
    },
    async readTickers(symbols) {
      return symbols.flatMap((symbol) => rows.get(symbol) ?? []).filter(isFresh)
    },
    async position() {
      return { epoch, seq, edition }
    },
    async holder() {
      return holder()
    },
    async work() {
      if (plan === null || plan.runId !== holder()) return null
      return { plan, committed: [...outcomes.keys()], halted }
    },
    async outcomes() {
      return [...outcomes.values()].toSorted(bySymbol)
    },
    async claim({ corrupt, ...claimed }) {
      const { runId, startedAt, symbols } = claimed
      if (holder() !== null) return false
      lease = { runId, until: clock.now() + leaseMs }
      plan = claimed
      halted = null
      outcomes.clear()
      current.clear()
      status = { ...idle, state: 'RUNNING', runId, startedAt, total: symbols.length }
      lastRun = IN_PROGRESS
      retain()
      publish({ removed: [...drop(corrupt), ...dropExpired()] })
      return true
    },
    async renew(runId) {
      if (holder() !== runId) return false
      lease = { runId, until: clock.now() + leaseMs }
      return true
    },
    async begin(runId, symbol) {
      if (holder() !== runId) return false
      current.add(symbol)
      retain()
      publish({})
      return true
    },
    async commit(runId, outcome, result) {
      const { symbol } = outcome
      if (holder() !== runId) return false
      if (outcomes.has(symbol)) return true
      outcomes.set(symbol, outcome)
      current.delete(symbol)
      status = { ...status, done: status.done + 1 }
      const removed: string[] = []
      if (result !== null) keep(result)
      else if (outcome.message === null) removed.push(...drop([symbol]))
      retain()
      publish({ changed: result === null ? [] : [symbol], removed: [...removed, ...dropExpired()], outcome })
      return true
    },
    async halt(runId, reason) {
      if (holder() !== runId) return false
      halted = reason
      return true
    },
    async finish(runId, { state, lastRun: message, finishedAt, keep: listed }) {
      if (holder() !== runId) {
        const orphaned = status.runId === null || (status.runId === runId && status.state === 'RUNNING')
        if (holder() !== null || state !== 'INTERRUPTED' || !orphaned) return false
      }
      endRun({ state, runId, finishedAt, lastRun: message })
      edition = options.newId()
      const kept = new Set(listed ?? rows.keys())
      const unlisted = [...rows.keys()].filter((symbol) => !kept.has(symbol))
      publish({ removed: [...drop(unlisted), ...dropExpired()] })
      return true
    },
    async sweep({ lastRun: message, finishedAt }) {
      const { runId } = status
      const interrupted = status.state === 'RUNNING' && holder() === null
      if (interrupted) endRun({ state: 'INTERRUPTED', runId, finishedAt, lastRun: message })
      if (until !== null && until <= clock.now()) {
        forget()
        publish({ reset: true })
      } else {
        const removed = dropExpired()
        if (interrupted || removed.length > 0) publish({ removed })
      }
      return interrupted ? runId : null
    },
    async announce(symbols) {
      publish({ changed: symbols })
    },
    async announceStocks(symbols) {
      edition = options.newId()
      publish({ changed: symbols })
      return edition
    },
    async clear() {
      forget()
      publish({ reset: true })
    },
  }
}
