/** What the page knows of the scanner: a state, and the three things that change it. No React, no network. */
import type {
  LiveOutcomeFragment,
  LiveStatusFragment,
  LiveTickerFragment,
  ScannerQuery,
} from '../gql/graphql.ts'
import type { Connection } from '../live-socket.ts'

export interface LiveScan {
  /** False until anything was received. */
  loaded: boolean
  /** Of what is shown; null before the first. */
  epoch: string | null
  seq: number
  status: LiveStatusFragment
  /** True while the server says that results cannot be read; what is shown is then the last that was. */
  degraded: boolean
  /** Sorted by symbol. */
  tickers: LiveTickerFragment[]
  /** Of the latest run so far, sorted by symbol. */
  outcomes: LiveOutcomeFragment[]
  connection: Connection
}

/** A message of the subscription. */
export type LivePush = LiveStatusFragment & {
  epoch: string
  seq: number
  snapshot: boolean
  degraded: boolean
  changedTickers: LiveTickerFragment[]
  removedTickers: string[]
  changedOutcomes: LiveOutcomeFragment[]
}

export type LiveScanAction =
  | { type: 'queried'; answer: Pick<ScannerQuery, 'scanResults' | 'scanStatus'> }
  | { type: 'pushed'; update: LivePush }
  | { type: 'connection'; connection: Connection }

export const nothingYet: LiveScan = {
  loaded: false,
  epoch: null,
  seq: 0,
  status: {
    state: 'IDLE',
    scanInProgress: false,
    lastRun: '',
    startedAt: null,
    finishedAt: null,
    progress: { done: 0, total: 0, current: [] },
  },
  degraded: false,
  tickers: [],
  outcomes: [],
  connection: 'connecting',
}

export function liveScan(state: LiveScan, action: LiveScanAction): LiveScan {
  if (action.type === 'queried') return queried(state, action.answer)
  if (action.type === 'pushed') return pushed(state, action.update)
  return state.connection === action.connection ? state : { ...state, connection: action.connection }
}

/** A query's answer is complete, but may be older than what was pushed meanwhile. */
function queried(
  state: LiveScan,
  { scanResults, scanStatus }: Pick<ScannerQuery, 'scanResults' | 'scanStatus'>,
): LiveScan {
  if (scanResults.degraded && scanResults.tickers.length === 0) return unreadable(state, scanResults.lastRun)
  const pushedIsNewer =
    scanResults.epoch === state.epoch ? scanResults.seq <= state.seq : state.connection === 'live'
  if (state.loaded && state.epoch !== null && !state.degraded && pushedIsNewer) return state
  return {
    ...state,
    loaded: true,
    epoch: scanResults.epoch,
    seq: scanResults.seq,
    status: statusOf(scanStatus),
    degraded: scanResults.degraded,
    tickers: scanResults.tickers.toSorted(bySymbol),
    outcomes: scanResults.outcomes.toSorted(bySymbol),
  }
}

function pushed(state: LiveScan, update: LivePush): LiveScan {
  if (update.snapshot) {
    // What is known already is not drawn again.
    const isKnown =
      state.loaded && !state.degraded && update.epoch === state.epoch && update.seq === state.seq
    if (isKnown) return { ...state, status: statusOf(update), degraded: update.degraded }
    return {
      ...state,
      loaded: true,
      epoch: update.epoch,
      seq: update.seq,
      status: statusOf(update),
      degraded: update.degraded,
      tickers: update.changedTickers.toSorted(bySymbol),
      outcomes: update.changedOutcomes.toSorted(bySymbol),
    }
  }
  if (update.degraded) return unreadable(state, update.lastRun)
  // Changes of an epoch whose snapshot has not come yet, or that are known: what follows, or is shown, is newer.
  if (update.epoch !== state.epoch || update.seq <= state.seq) return state
  const sameRun = update.startedAt === state.status.startedAt
  return {
    ...state,
    seq: update.seq,
    status: statusOf(update),
    degraded: false,
    tickers: merged(state.tickers, update.changedTickers, update.removedTickers),
    outcomes: merged(sameRun ? state.outcomes : [], update.changedOutcomes, []),
  }
}

/** Nothing is taken back: the rows stay, marked as the last that could be read. */
function unreadable(state: LiveScan, lastRun: string): LiveScan {
  return { ...state, loaded: true, degraded: true, status: { ...state.status, lastRun } }
}

function statusOf({
  state,
  scanInProgress,
  lastRun,
  startedAt,
  finishedAt,
  progress,
}: LiveStatusFragment): LiveStatusFragment {
  return { state, scanInProgress, lastRun, startedAt, finishedAt, progress }
}

function merged<Row extends { symbol: string }>(shown: Row[], changed: Row[], removed: string[]): Row[] {
  if (changed.length === 0 && removed.length === 0) return shown
  const gone = new Set([...removed, ...changed.map(({ symbol }) => symbol)])
  return [...shown.filter(({ symbol }) => !gone.has(symbol)), ...changed].toSorted(bySymbol)
}

function bySymbol(a: { symbol: string }, b: { symbol: string }): number {
  return a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : 0
}
