import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unite, type StatusUpdate } from '../../../server/src/scan/status-update.ts'
import { viewTickers } from '../../../server/src/scan/view.ts'
import { outcome, row } from '../../support/fakes.ts'

const views = (...symbols: string[]) =>
  viewTickers(
    symbols.map((symbol) => row(symbol)),
    [],
    ['fake'],
  )
const update = (seq: number, fields: Partial<StatusUpdate> = {}): StatusUpdate => ({
  epoch: 'e',
  seq,
  snapshot: false,
  degraded: false,
  state: 'RUNNING',
  scanInProgress: true,
  runId: 'r',
  lastRun: 'Scanning in progress...',
  startedAt: null,
  finishedAt: null,
  progress: { done: seq, total: 9, current: [] },
  changedTickers: [],
  removedTickers: [],
  changedOutcomes: [],
  failures: [],
  ...fields,
})
type Told = { snapshot: boolean; begins: number; told: string[]; is: string[] }
const symbols = ({ changedTickers }: StatusUpdate) => changedTickers.map(({ symbol }) => symbol)

describe('two updates united into one', () => {
  test('tell the later state and everything that changed', () => {
    const united = unite(
      update(1, { changedTickers: views('A') }),
      update(2, { changedTickers: views('B'), removedTickers: ['C'] }),
    )
    expect(united).toMatchObject({ seq: 2, progress: { done: 2 }, removedTickers: ['C'], snapshot: false })
    expect(symbols(united)).toEqual(['A', 'B'])
  })
  test('have a row that was removed later only as removed, and one that came back only as changed', () => {
    const gone = unite(update(1, { changedTickers: views('A') }), update(2, { removedTickers: ['A'] }))
    expect([symbols(gone), gone.removedTickers]).toEqual([[], ['A']])
    const back = unite(update(1, { removedTickers: ['A'] }), update(2, { changedTickers: views('A') }))
    expect([symbols(back), back.removedTickers]).toEqual([['A'], []])
  })
  test('stay a snapshot without removals when the earlier one was one', () => {
    const united = unite(
      update(1, { snapshot: true, changedTickers: views('A', 'B') }),
      update(2, { removedTickers: ['A'] }),
    )
    expect(united.snapshot).toBe(true)
    expect([symbols(united), united.removedTickers]).toEqual([['B'], []])
  })
  test('are the later one alone when that is a snapshot', () => {
    const later = update(2, { snapshot: true, changedTickers: views('B') })
    expect(unite(update(1, { changedTickers: views('A') }), later)).toBe(later)
  })
  test('are the same with a third, whichever two of them come first', () => {
    const names = fc.uniqueArray(fc.constantFrom('A', 'B', 'C'))
    const any = fc.record({ snapshot: fc.boolean(), begins: fc.nat(1), told: names, is: names })
    let run = 0
    const make = ({ snapshot, begins, told, is }: Told, seq: number) =>
      update(seq, {
        snapshot,
        runId: `run ${(run += begins)}`,
        changedTickers: views(...told.filter((name) => is.includes(name))),
        removedTickers: snapshot ? [] : told.filter((name) => !is.includes(name)),
        changedOutcomes: told.map((name) => outcome(name, { contractsKept: seq })),
      })
    const sorted = (united: StatusUpdate) => ({
      ...united,
      changedTickers: symbols(united).toSorted(),
      removedTickers: united.removedTickers.toSorted(),
      changedOutcomes: united.changedOutcomes.toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1)),
    })
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        const [first, second, third] = [make(a, 1), make(b, 2), make(c, 3)]
        expect(sorted(unite(first, unite(second, third)))).toEqual(sorted(unite(unite(first, second), third)))
      }),
    )
  })
  test('keep the outcomes of one run, and drop those of the run before', () => {
    const first = update(1, { changedOutcomes: [outcome('A'), outcome('B')] })
    const again = update(2, { changedOutcomes: [outcome('B', { contractsKept: 5 })] })
    expect(unite(first, again).changedOutcomes).toEqual([outcome('A'), outcome('B', { contractsKept: 5 })])
    expect(unite(first, { ...again, runId: 'next' }).changedOutcomes).toEqual(again.changedOutcomes)
  })
})
