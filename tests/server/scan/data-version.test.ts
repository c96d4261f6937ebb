import { describe, expect, test } from 'vitest'
import { createDataVersion, goodUntil } from '../../../server/src/scan/data-version.ts'
import type { TickerView, ScanView } from '../../../server/src/scan/view.ts'
import { unavailableView } from '../../../server/src/scan/view.ts'

describe('the version of the data', () => {
  const hours = { open: true, isOpen: () => hours.open, opensAt: () => (hours.open ? null : '2025-06-09') }

  test('changes with the position and with the market', async () => {
    const at = { epoch: 'a', seq: 1, edition: 'e' }
    const version = createDataVersion({ position: async () => ({ ...at }) }, hours, () => {})
    const seen = [await version.now()]
    expect(await version.now()).toBe(seen[0])
    at.seq = 2
    seen.push(await version.now())
    at.epoch = 'b'
    seen.push(await version.now())
    hours.open = false
    seen.push(await version.now())
    expect(new Set(seen).size).toBe(4)
  })

  test('tells at once of another edition of the stock list', async () => {
    const at = { epoch: 'a', seq: 1, edition: 'first' }
    const told: unknown[] = []
    const version = createDataVersion({ position: async () => ({ ...at }) }, hours, (one) => told.push(one))
    for (const edition of ['first', 'first', 'second', 'first']) {
      at.edition = edition
      await version.now()
    }
    expect(told).toEqual(['first', 'second', 'first'])
  })

  test('is unknown while the cache is away, and known again afterwards', async () => {
    let away = true
    const version = createDataVersion(
      {
        position: async () => {
          if (away) throw new Error('away')
          return { epoch: 'a', seq: 1, edition: null }
        },
      },
      hours,
      () => {},
    )
    await expect(version.now()).rejects.toThrow('away')
    away = false
    await expect(version.now()).resolves.toContain('a 1')
  })
})

describe('a view is good until', () => {
  const view = (fields: Partial<ScanView>): ScanView => ({ ...unavailableView, degraded: false, ...fields })
  const row = (scannedAt: string) => ({ scannedAt }) as TickerView
  const at = (iso: string) => Date.parse(iso)

  test.each<[string, ScanView, number | null]>([
    ['not even now when it is degraded', view({ degraded: true }), null],
    ['a moment from now while a scan runs', view({ scanInProgress: true }), 1_250],
    ['for ever when it shows nothing', view({}), Infinity],
    [
      'its first row expires',
      view({
        tickers: [row('2025-06-06T10:05:00Z'), row('2025-06-06T10:00:00Z')],
        finishedAt: '2025-06-06T10:06:00Z',
      }),
      at('2025-06-06T10:45:00Z'),
    ],
    [
      'its last run expires',
      view({ startedAt: '2025-06-06T10:00:00Z', finishedAt: '2025-06-06T10:06:00Z' }),
      at('2025-06-06T10:51:00Z'),
    ],
  ])('%s', (_name, shown, expected) => {
    expect(goodUntil(shown, 1_000, 45 * 60_000)).toBe(expected)
  })
})
