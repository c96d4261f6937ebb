import { beforeEach, describe, expect, test } from 'vitest'
import { createSharedView } from '../../../server/src/scan/shared-view.ts'
import { unavailableView, type ScanView } from '../../../server/src/scan/view.ts'

let now: number
let until: number | null
let answers: { resolve: (seq: number) => void; reject: (error: Error) => void }[]
let at: ReturnType<typeof createSharedView>

beforeEach(() => {
  now = 0
  until = Infinity
  answers = []
  at = createSharedView({
    read: () =>
      new Promise<ScanView>((resolve, reject) => {
        answers.push({ resolve: (seq) => resolve({ ...unavailableView, seq }), reject })
      }),
    goodUntil: () => until,
    now: () => now,
  })
})

const seqOf = async (reading: Promise<ScanView>) => (await reading).seq

describe('a view of a version', () => {
  test('is read once, for those who come meanwhile and for those who come later', async () => {
    const together = [at('a'), at('a')]
    answers[0]?.resolve(1)
    expect(await Promise.all(together.map(seqOf))).toEqual([1, 1])
    expect(await seqOf(at('a'))).toBe(1)
    expect(answers).toHaveLength(1)
  })

  test('is not that of another version, nor what there is now', async () => {
    const readings = [at('a'), at('b'), at(null), at('b')]
    for (const [index, { resolve }] of answers.entries()) resolve(index)
    expect(await Promise.all(readings.map(seqOf))).toEqual([0, 1, 2, 1])
  })

  test.each([
    ['is over', 10, 10],
    ['is not good even now', null, 0],
  ])('is read again when it %s', async (_why, limit, later) => {
    until = limit
    const first = at('a')
    answers[0]?.resolve(1)
    await first
    now = later
    void at('a')
    expect(answers).toHaveLength(2)
  })

  test('is read again when that failed', async () => {
    const failing = [at('a'), at('a')]
    answers[0]?.reject(new Error('away'))
    for (const one of failing) await expect(one).rejects.toThrow('away')
    const next = at('a')
    answers[1]?.resolve(2)
    expect(await seqOf(next)).toBe(2)
  })
})
