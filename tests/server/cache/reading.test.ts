/** Stored texts become values again, each once for as long as it stays the same. */
import { expect, test } from 'vitest'
import { createRowReader } from '../../../server/src/cache/reading.ts'

const row = (symbol: string, price: number) =>
  JSON.stringify({
    symbol,
    source: 'demo',
    delayMinutes: null,
    rejections: {},
    nearMisses: [],
    scannedAt: '2026-05-29T19:44:27.000Z',
    quotedAt: null,
    underlyingPrice: price,
    options: [],
  })

test('a text that has not changed is not parsed again, and one that has is', () => {
  const rows = createRowReader()
  const [a, b] = rows.all({ B: row('B', 2), A: row('A', 1) }, [])
  expect([a?.symbol, b?.symbol]).toEqual(['A', 'B'])
  const [sameA, otherB] = rows.all({ A: row('A', 1), B: row('B', 3) }, [])
  expect(sameA).toBe(a)
  expect(otherB?.underlyingPrice).toBe(3)
  expect(rows.some({ A: row('A', 1) })[0]).toBe(a)
})

test('what was read of some is known of all, and what is gone is forgotten', () => {
  const rows = createRowReader()
  const [first] = rows.some({ A: row('A', 1) })
  expect(rows.all({ A: row('A', 1) }, [])[0]).toBe(first)
  expect(rows.all({}, [])).toEqual([])
  expect(rows.all({ A: row('A', 1) }, [])[0]).not.toBe(first)
})

test.each([
  ['no JSON', '{"symbol":'],
  ['another shape', '{"symbol":"A"}'],
  ['the row of another symbol', row('B', 1)],
])('%s is named as corrupt each time, and the rest is read', (_what, text) => {
  const rows = createRowReader()
  for (let time = 0; time < 2; time += 1) {
    const corrupt: string[] = []
    expect(rows.all({ A: text, C: row('C', 1) }, corrupt).map(({ symbol }) => symbol)).toEqual(['C'])
    expect(corrupt).toEqual(['A'])
  }
  expect(rows.some({ A: text })).toEqual([])
})
