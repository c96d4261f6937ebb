import { describe, expect, it } from 'vitest'
import { CacheUnavailable, DatabaseAway } from '../../../server/src/scan/errors.ts'
import type { CachedScan } from '../../../server/src/scan/ports.ts'
import { settleRuns } from '../../../server/src/scan/run-book.ts'
import { fakeClock, fakeRuns, outcome, recordingLog } from '../../support/fakes.ts'

const cached = (fields: Partial<CachedScan>): CachedScan => ({
  epoch: 'e',
  seq: 1,
  edition: null,
  state: 'IDLE',
  scanInProgress: false,
  runId: null,
  lastRun: 'Never',
  startedAt: '2025-06-06T19:30:00.000Z',
  finishedAt: null,
  progress: { done: 0, total: 0, current: [] },
  tickers: [],
  outcomes: [],
  corrupt: [],
  ...fields,
})
const completed = cached({
  state: 'COMPLETED',
  runId: 'last',
  lastRun: 'Scan completed successfully at 2025-06-06 15:30:10',
  finishedAt: '2025-06-06T19:30:10.000Z',
  outcomes: [outcome('AAA'), outcome('BBB', { message: 'BBB timed out.' })],
})

async function settle(read: () => CachedScan, fault: Error | null = null) {
  const runs = fakeRuns()
  const log = recordingLog()
  for (const runId of ['last', 'older'])
    await runs.started({ runId, startedById: 'ada', startedAt: '', source: 'fake', tickersTotal: 2 })
  if (fault !== null) runs.finished = () => Promise.reject(fault)
  await settleRuns({ cache: { read: async () => read() }, runs, clock: fakeClock(), log })
  return { states: [runs.rows.get('last')?.state, runs.rows.get('older')?.state], runs, log }
}

describe('settleRuns', () => {
  it('writes down the end that the results tell of, and interrupts what nobody runs', async () => {
    const { states, runs, log } = await settle(() => completed)
    expect(states).toEqual(['COMPLETED', 'INTERRUPTED'])
    expect(runs.rows.get('last')).toMatchObject({ message: completed.lastRun, tickersFailed: 1 })
    expect(log.lines).toEqual([])
  })

  it('leaves the run in progress alone', async () => {
    const running = cached({ state: 'RUNNING', scanInProgress: true, runId: 'last' })
    expect((await settle(() => running)).states).toEqual(['RUNNING', 'INTERRUPTED'])
  })

  it.each([
    ['with the results away as well', new CacheUnavailable(), null, 0],
    ['with the database away again', null, new DatabaseAway(), 0],
    ['when something is broken', null, new TypeError('oops'), 1],
  ])('%s, changes nothing', async (_when, cacheFault, databaseFault, lines) => {
    const read = () => {
      if (cacheFault !== null) throw cacheFault
      return completed
    }
    const { states, log } = await settle(read, databaseFault)
    expect(states).toEqual(['RUNNING', 'RUNNING'])
    expect(log.lines).toHaveLength(lines)
  })
})
