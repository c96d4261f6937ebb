import { expect, test } from 'vitest'
import { boundedNames } from '../../../server/src/ops/operation-names.ts'

test('names are told apart up to a limit, and never more', () => {
  const nameOf = boundedNames(2)
  const asked = ['Scanner', undefined, 'StartScan', 'Invented', 'Scanner', 'Another', 'StartScan']
  expect(asked.map(nameOf)).toEqual([
    'Scanner',
    'anonymous',
    'StartScan',
    'other',
    'Scanner',
    'other',
    'StartScan',
  ])
})

test('a name too long to be ours is not kept', () => {
  const nameOf = boundedNames(2)
  expect(nameOf('x'.repeat(65))).toBe('other')
  expect([nameOf('Scanner'), nameOf('StartScan')]).toEqual(['Scanner', 'StartScan'])
})
