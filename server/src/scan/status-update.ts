/** What a subscriber of the status receives, and how two of them become one. */
import { UNAVAILABLE } from './messages.ts'
import type { Position, ScanEvent, ScanSummary, TickerOutcome } from './model.ts'
import { unavailableView, type ScanView, type TickerView } from './view.ts'

export interface StatusUpdate extends Position, ScanSummary {
  /** True when the lists below are everything there is, so that the reader replaces what it has. */
  snapshot: boolean
  degraded: boolean
  changedTickers: TickerView[]
  removedTickers: string[]
  /** In a snapshot, every outcome of the latest run. */
  changedOutcomes: TickerOutcome[]
  /** Every failed ticker of the latest run so far. */
  failures: { symbol: string; message: string }[]
}

export function asSnapshot({ tickers, outcomes, ...rest }: ScanView): StatusUpdate {
  return {
    ...rest,
    snapshot: true,
    changedTickers: tickers,
    removedTickers: [],
    changedOutcomes: outcomes,
    failures: failuresIn(outcomes),
  }
}

/** While the cache is away: nothing is taken back, only the message and the flags change. */
export function asDegraded(last: Position): StatusUpdate {
  return {
    ...asSnapshot(unavailableView),
    epoch: last.epoch,
    seq: last.seq,
    snapshot: false,
    lastRun: UNAVAILABLE,
  }
}

/** @param before what was told before this event; failures add up over a run */
export function asUpdate(event: ScanEvent, rows: TickerView[], before: StatusUpdate): StatusUpdate {
  const { changed, removed, outcome, reset: _reset, at: _at, edition: _edition, ...rest } = event
  const found = new Set(rows.map((row) => row.symbol))
  const failures = before.runId === event.runId ? before.failures : []
  return {
    ...rest,
    snapshot: false,
    degraded: false,
    changedTickers: rows,
    // A row that is gone by the time it is read has been removed; the event that says so may still be on its way.
    removedTickers: [...removed, ...changed.filter((symbol) => !found.has(symbol))],
    changedOutcomes: outcome === null ? [] : [outcome],
    failures: outcome === null ? failures : [...failures, ...failuresIn([outcome])],
  }
}

export function unite(earlier: StatusUpdate, later: StatusUpdate): StatusUpdate {
  if (later.snapshot) return later
  const overridden = new Set([...later.changedTickers.map((row) => row.symbol), ...later.removedTickers])
  const kept = earlier.changedTickers.filter((row) => !overridden.has(row.symbol))
  const changed = new Set(later.changedTickers.map((row) => row.symbol))
  const removed = new Set([
    ...earlier.removedTickers.filter((symbol) => !changed.has(symbol)),
    ...later.removedTickers,
  ])
  const retold = new Set(later.changedOutcomes.map((outcome) => outcome.symbol))
  const outcomes = later.runId === earlier.runId ? earlier.changedOutcomes : []
  return {
    ...later,
    snapshot: earlier.snapshot,
    changedTickers: [...kept, ...later.changedTickers],
    removedTickers: earlier.snapshot ? [] : [...removed],
    changedOutcomes: [...outcomes.filter((outcome) => !retold.has(outcome.symbol)), ...later.changedOutcomes],
  }
}

function failuresIn(outcomes: TickerOutcome[]): StatusUpdate['failures'] {
  return outcomes.flatMap(({ symbol, message }) => (message === null ? [] : [{ symbol, message }]))
}
