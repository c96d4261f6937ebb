import { describe, expect, it } from 'vitest'
import { liveScan, nothingYet, type LivePush, type LiveScan } from '../../web/src/scan/live-scan.ts'
import { outcome, push, running, ticker } from './rows.ts'

const after = (state: LiveScan, ...updates: LivePush[]) =>
  updates.reduce((before, update) => liveScan(before, { type: 'pushed', update }), state)

const symbols = (state: LiveScan) => state.tickers.map(({ symbol }) => symbol)

function answer(
  seq: number,
  part: { epoch?: string; degraded?: boolean; tickers?: string[]; lastRun?: string } = {},
) {
  const { epoch = 'one', degraded = false, tickers = ['AAPL'], lastRun = 'Never' } = part
  return {
    type: 'queried' as const,
    answer: {
      scanResults: {
        epoch,
        seq,
        degraded,
        lastRun,
        isLocalEnvironment: true,
        simulated: true,
        source: 'Simulated',
        market: { isOpen: true, now: '2025-06-06T19:30:00.000Z', opensAt: null },
        criteria: {} as never,
        tickers: tickers.map((symbol) => ticker(symbol)),
        outcomes: [],
      },
      scanStatus: { ...running, lastRun },
    },
  }
}

const snapshot = push(5, { snapshot: true, changedTickers: [ticker('MSFT'), ticker('AAPL')] })

describe('a snapshot', () => {
  it('replaces everything, sorted by symbol', () => {
    const state = after(nothingYet, snapshot)
    expect(symbols(state)).toEqual(['AAPL', 'MSFT'])
    expect(state).toMatchObject({ loaded: true, epoch: 'one', seq: 5 })
    expect(symbols(after(state, push(9, { snapshot: true, changedTickers: [ticker('UBER')] })))).toEqual([
      'UBER',
    ])
  })

  it('replaces also with a lower number, as after a restored store, and with another epoch', () => {
    const state = after(nothingYet, snapshot)
    expect(after(state, push(2, { snapshot: true }))).toMatchObject({ seq: 2, tickers: [] })
    expect(after(state, push(1, { snapshot: true, epoch: 'two' }))).toMatchObject({
      epoch: 'two',
      seq: 1,
      tickers: [],
    })
  })
})

describe('a snapshot of what is shown already', () => {
  it('draws nothing again', () => {
    const before = after(nothingYet, snapshot)
    const again = after(before, {
      ...snapshot,
      changedTickers: snapshot.changedTickers.map((row) => ({ ...row })),
    })
    expect(again.tickers).toBe(before.tickers)
    expect(again.outcomes).toBe(before.outcomes)
  })

  it('ends an outage nevertheless', () => {
    const away = after(nothingYet, snapshot, push(5, { degraded: true }))
    expect(away.degraded).toBe(true)
    expect(after(away, snapshot)).toMatchObject({ degraded: false, seq: 5 })
  })
})

describe('a change', () => {
  it('adds, replaces and removes rows by symbol, in their place', () => {
    const state = after(
      nothingYet,
      snapshot,
      push(6, { changedTickers: [ticker('META')] }),
      push(7, { changedTickers: [ticker('MSFT', { underlyingPrice: 1 })] }),
      push(8, { removedTickers: ['AAPL', 'NONE'] }),
    )
    expect(symbols(state)).toEqual(['META', 'MSFT'])
    expect(state.tickers[1]?.underlyingPrice).toBe(1)
    expect(state.seq).toBe(8)
  })

  it('keeps the rows that it does not name as they are, so that nothing is drawn again', () => {
    const before = after(nothingYet, snapshot)
    const state = after(before, push(6, { progress: { done: 1, total: 3, current: [] } }))
    expect(state.tickers).toBe(before.tickers)
    expect(state.status.progress.done).toBe(1)
  })

  it('is ignored when its number is not higher', () => {
    const state = after(nothingYet, snapshot)
    expect(after(state, push(5, { removedTickers: ['AAPL'] }))).toBe(state)
    expect(after(state, push(4, { removedTickers: ['AAPL'] }))).toBe(state)
  })

  it('is ignored in an epoch whose snapshot has not come', () => {
    const state = after(nothingYet, snapshot)
    expect(after(state, push(9, { epoch: 'two', removedTickers: ['AAPL'] }))).toBe(state)
    expect(after(nothingYet, push(1))).toBe(nothingYet)
  })

  it('collects outcomes over a run, and forgets them when another begins', () => {
    const state = after(
      nothingYet,
      snapshot,
      push(6, { changedOutcomes: [outcome('MSFT')] }),
      push(7, { changedOutcomes: [outcome('AAPL', { message: 'No answer.' })] }),
    )
    expect(state.outcomes.map(({ symbol }) => symbol)).toEqual(['AAPL', 'MSFT'])
    const next = after(
      state,
      push(8, { startedAt: '2025-06-06T20:00:00.000Z', changedOutcomes: [outcome('UBER')] }),
    )
    expect(next.outcomes.map(({ symbol }) => symbol)).toEqual(['UBER'])
  })
})

describe('while results cannot be read', () => {
  const down = push(0, {
    epoch: 'none',
    degraded: true,
    state: 'IDLE',
    lastRun: 'Data temporarily unavailable.',
  })

  it('keeps what is shown and says so', () => {
    const state = after(nothingYet, snapshot, down)
    expect(symbols(state)).toEqual(['AAPL', 'MSFT'])
    expect(state).toMatchObject({
      degraded: true,
      seq: 5,
      status: { lastRun: 'Data temporarily unavailable.' },
    })
  })

  it('recovers with a snapshot of the same number', () => {
    const state = after(nothingYet, snapshot, down, snapshot)
    expect(state).toMatchObject({ degraded: false, status: { lastRun: 'Scanning in progress...' } })
  })

  it('recovers with an answer of the same number', () => {
    const state = liveScan(after(nothingYet, snapshot, down), answer(5))
    expect(state.degraded).toBe(false)
    expect(symbols(state)).toEqual(['AAPL'])
  })

  it('says it also when it is the first thing known', () => {
    const state = liveScan(
      nothingYet,
      answer(0, { epoch: 'none', degraded: true, tickers: [], lastRun: 'Unavailable.' }),
    )
    expect(state).toMatchObject({
      loaded: true,
      degraded: true,
      epoch: null,
      status: { lastRun: 'Unavailable.' },
    })
  })
})

describe('the answer of the query', () => {
  it('is shown when it comes first', () => {
    const state = liveScan(nothingYet, answer(3))
    expect(state).toMatchObject({ loaded: true, epoch: 'one', seq: 3, status: { lastRun: 'Never' } })
    expect(symbols(state)).toEqual(['AAPL'])
  })

  it('changes no rows when the subscription was faster', () => {
    const state = after(nothingYet, snapshot)
    expect(liveScan(state, answer(5))).toBe(state)
    expect(liveScan(state, answer(4))).toBe(state)
    expect(symbols(liveScan(state, answer(6)))).toEqual(['AAPL'])
  })

  it('of another epoch counts only while nothing is pushed', () => {
    const state = after(nothingYet, snapshot)
    const live = liveScan(state, { type: 'connection', connection: 'live' })
    expect(liveScan(live, answer(1, { epoch: 'two' }))).toBe(live)
    const offline = liveScan(state, { type: 'connection', connection: 'offline' })
    expect(liveScan(offline, answer(1, { epoch: 'two' }))).toMatchObject({ epoch: 'two', seq: 1 })
  })
})

it('the connection changes nothing but itself', () => {
  const state = after(nothingYet, snapshot)
  const offline = liveScan(state, { type: 'connection', connection: 'offline' })
  expect(offline).toEqual({ ...state, connection: 'offline' })
  expect(liveScan(offline, { type: 'connection', connection: 'offline' })).toBe(offline)
})
