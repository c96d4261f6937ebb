import { expect, test } from 'vitest'
import { expirationKindOf } from '../../../server/src/market/expirations.ts'

// market-data.md §6: dates observed in chains, and dates by the exchange's rule.
test.each([
  ['2025-06-20', '2025-06-06', 'MONTHLY', 'third Friday'],
  ['2026-06-18', '2026-06-01', 'MONTHLY', 'Thursday, because Juneteenth is the third Friday'],
  ['2025-04-17', '2025-04-01', 'MONTHLY', 'Thursday, because of Good Friday'],
  ['2025-06-13', '2025-06-06', 'WEEKLY', 'Friday'],
  ['2025-07-03', '2025-06-06', 'WEEKLY', 'Thursday before July 4'],
  ['2026-06-01', '2026-05-29', 'WEEKLY', 'Monday series'],
  ['2026-06-03', '2026-05-29', 'WEEKLY', 'Wednesday series'],
  ['2025-06-30', '2025-06-06', 'QUARTERLY', 'last trading day of the quarter'],
  ['2025-12-31', '2025-06-06', 'QUARTERLY', 'last trading day of the year'],
  ['2025-05-30', '2025-05-01', 'WEEKLY', 'last trading day of a month that ends no quarter'],
  ['2027-01-15', '2025-06-06', 'LEAPS', 'January after next'],
  ['2027-06-17', '2026-05-29', 'LEAPS', 'June of next year, a Thursday'],
])('%s, seen from %s, is %s (%s)', (expiration, today, kind) => {
  expect(expirationKindOf(expiration, today)).toBe(kind)
})
