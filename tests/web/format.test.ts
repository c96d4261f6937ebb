import { expect, it } from 'vitest'
import { ago, count, day, duration, fixed, percent, usd } from '../../web/src/ui/format.ts'

it('writes numbers the American way, and unknown as a dash, never as zero', () => {
  expect([usd(1234.5), usd(0), usd(null)]).toEqual(['$1,234.50', '$0.00', '–'])
  expect([percent(31.46), percent(null)]).toEqual(['31.5 %', '–'])
  expect([fixed(-0.1524, 3), fixed(null, 2)]).toEqual(['-0.152', '–'])
  expect([count(1, 'stock'), count(1_200, 'stock')]).toEqual(['1 stock', '1,200 stocks'])
})

it('writes a New York day as that day, wherever the reader is', () => {
  expect(day('2025-06-20')).toBe('Jun 20')
})

it('writes ages coarsely and running times finely', () => {
  const minute = 60_000
  expect([ago(-5_000), ago(59_000), ago(4 * minute), ago(90 * minute), ago(49 * 60 * minute)]).toEqual([
    'just now',
    'just now',
    '4 min ago',
    '1 h ago',
    '2 d ago',
  ])
  expect([duration(-3), duration(7_420), duration(65_000)]).toEqual(['0.0 s', '7.4 s', '1 min 05 s'])
})
