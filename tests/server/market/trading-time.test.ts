import { expect, test } from 'vitest'
import { tradingMinutesBetween } from '../../../server/src/market/trading-time.ts'

test.each([
  ['within a session', '2025-06-06T15:00:00Z', '2025-06-06T15:20:00Z', 20],
  ['from before the opening', '2025-06-06T12:00:00Z', '2025-06-06T13:45:00Z', 15],
  ['from Friday’s close to Sunday', '2025-06-06T20:00:00Z', '2025-06-08T18:00:00Z', 0],
  ['from Friday afternoon to Monday morning', '2025-06-06T19:50:00Z', '2025-06-09T13:40:00Z', 20],
  ['over a holiday', '2025-07-03T16:50:00Z', '2025-07-07T13:40:00Z', 20],
  ['a whole session', '2025-06-06T00:00:00Z', '2025-06-07T00:00:00Z', 390],
  ['over the change to winter time', '2025-10-31T19:50:00Z', '2025-11-03T14:40:00Z', 20],
  ['backwards', '2025-06-06T15:20:00Z', '2025-06-06T15:00:00Z', -20],
])('%s', (_case, from, to, minutes) => {
  expect(tradingMinutesBetween(Date.parse(from), Date.parse(to))).toBeCloseTo(minutes, 6)
})

test('a quote of last year is old, without counting every day', () => {
  expect(
    tradingMinutesBetween(Date.parse('2024-06-06T15:00:00Z'), Date.parse('2025-06-06T15:00:00Z')),
  ).toBeGreaterThan(5_000)
})
