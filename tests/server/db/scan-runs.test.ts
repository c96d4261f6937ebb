import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guarded } from '../../../server/src/db/guarded.ts'
import { createScanRuns } from '../../../server/src/db/scan-runs.ts'
import { DatabaseAway } from '../../../server/src/scan/errors.ts'
import type { Cursor, Page } from '../../../server/src/scan/page.ts'
import type { PastRun, RunSummary, ScanHistory, ScanRuns } from '../../../server/src/scan/ports.ts'
import { databases, type TestDatabase } from './databases.ts'

const completed: RunSummary = {
  state: 'COMPLETED',
  finishedAt: '2025-06-06T19:30:10.000Z',
  durationMs: 10_000,
  tickersDone: 26,
  tickersFailed: 1,
  contractsKept: 42,
  message: 'Scan completed successfully at 2025-06-06 15:30:10',
}

describe.each(databases)('createScanRuns on $kind', ({ open }) => {
  let database: TestDatabase
  let runs: ScanRuns & ScanHistory

  beforeAll(async () => {
    database = await open()
    await database.prisma.user.create({ data: { id: 'ada', email: 'ada@example.com', name: 'Ada' } })
    runs = createScanRuns(database)
  })
  afterAll(() => database.close())

  const start = (runId: string) =>
    runs.started({
      runId,
      startedById: 'ada',
      startedAt: '2025-06-06T19:30:00.000Z',
      source: 'demo',
      tickersTotal: 26,
    })
  const read = (id: string) => database.prisma.scanRun.findUniqueOrThrow({ where: { id } })

  it('records a run from start to end', async () => {
    await start('a')
    expect(await read('a')).toMatchObject({
      state: 'RUNNING',
      startedById: 'ada',
      startedAt: new Date('2025-06-06T19:30:00.000Z'),
      source: 'demo',
      tickersTotal: 26,
      finishedAt: null,
      durationMs: null,
      message: null,
    })
    await runs.finished('a', completed)
    expect(await read('a')).toMatchObject({ ...completed, finishedAt: new Date(completed.finishedAt) })
  })

  it('counts the first end', async () => {
    await start('b')
    await runs.finished('b', { ...completed, state: 'CANCELLED' })
    await runs.finished('b', completed)
    expect(await read('b')).toMatchObject({ state: 'CANCELLED' })
    await runs.finished('unknown', completed)
  })

  it('writes an end that an outage swallows down when the outage is over', async () => {
    await start('unlucky')
    let isAway = true
    const postponed: (() => Promise<unknown>)[] = []
    const cut = guarded(database, {
      guard: async (work) => {
        if (isAway) throw new DatabaseAway()
        return work()
      },
    })
    const unlucky = createScanRuns({ ...cut, afterOutage: (work) => void postponed.push(work) })
    await unlucky.finished('unlucky', completed)
    expect(await read('unlucky')).toMatchObject({ state: 'RUNNING' })
    await expect(unlucky.interruptOrphans(null, completed.finishedAt)).rejects.toThrow(DatabaseAway)
    isAway = false
    for (const work of postponed) await work()
    expect(await read('unlucky')).toMatchObject({ state: 'COMPLETED', contractsKept: 42 })
  })

  it('interrupts the running runs that nobody serves', async () => {
    await start('dead')
    await start('live')
    await runs.interruptOrphans('live', '2025-06-06T20:00:00.000Z')
    expect(await read('dead')).toMatchObject({
      state: 'INTERRUPTED',
      finishedAt: new Date('2025-06-06T20:00:00.000Z'),
    })
    expect(await read('live')).toMatchObject({ state: 'RUNNING' })
    expect(await read('b')).toMatchObject({ state: 'CANCELLED' })
    await runs.interruptOrphans(null, '2025-06-06T20:01:00.000Z')
    expect(await read('live')).toMatchObject({ state: 'INTERRUPTED' })
  })

  it('keeps the record of a person who is gone', async () => {
    await database.prisma.user.delete({ where: { id: 'ada' } })
    expect(await read('a')).toMatchObject({ startedById: null, contractsKept: 42 })
  })

  it('tells the runs a page at a time, newest first, also those of the same instant', async () => {
    await database.prisma.scanRun.deleteMany()
    await database.prisma.user.create({ data: { id: 'ada', email: 'ada@example.com', name: 'Ada' } })
    const run = (id: string, second: number) =>
      runs.started({
        runId: id,
        startedById: second === 1 ? null : 'ada',
        startedAt: `2025-06-06T19:30:0${second}.000Z`,
        source: 'demo',
        tickersTotal: 26,
      })
    for (const [id, second] of [
      ['b', 2],
      ['a', 2],
      ['d', 3],
      ['c', 2],
      ['z', 1],
    ] as const)
      await run(id, second)
    const pages: string[][] = []
    let after: Cursor | null = null
    for (;;) {
      const { items, hasNextPage }: Page<PastRun> = await runs.list({ first: 2, after })
      pages.push(items.map(({ id }) => id))
      const last = items.at(-1)
      if (!hasNextPage || last === undefined) break
      after = { at: last.startedAt, id: last.id }
      // What begins meanwhile moves nothing.
      await run(`new ${pages.length}`, 4)
    }
    expect(pages).toEqual([['d', 'c'], ['b', 'a'], ['z']])
    const [newest, oldest] = [
      await runs.list({ first: 1, after: null }),
      await runs.list({ first: 1, after }),
    ]
    expect(newest.items[0]?.startedBy).toEqual({ id: 'ada', name: 'Ada' })
    expect(oldest.items[0]?.startedBy).toBeNull()
  })
})
