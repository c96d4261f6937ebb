/** What readers get: that the list of stocks is read for rows, and for nothing else. */
import { expect, test, vi } from 'vitest'
import type { CachedScan } from '../../../server/src/scan/ports.ts'
import { stocksBeside } from '../../../server/src/scan/view.ts'
import { row } from '../../support/fakes.ts'

test.each([
  { tickers: [], asked: [] },
  { tickers: [row('KO')], asked: [['an edition']] },
])('beside $tickers.length rows', async ({ tickers, asked }) => {
  const active = vi.fn(async () => [])
  const cached = { tickers, edition: 'an edition' } as unknown as CachedScan
  expect(await stocksBeside(cached, { active })).toEqual([])
  expect(active.mock.calls).toEqual(asked)
})
