/** A number with its unit, as the tables show it. */
import type { Unit } from '../gql/graphql.ts'
import { dash, integer, percent, plain, usd } from '../ui/format.ts'

export function quantity(name: string, value: number | null, unit: Unit): string {
  if (value === null) return dash
  // A delta is a fraction that nobody reads in percent.
  if (name.toLowerCase() === 'delta') return value.toFixed(4).replace('-', '−')
  return byUnit[unit](value)
}

const byUnit: Record<Unit, (value: number) => string> = {
  USD: usd,
  PERCENT: (value) => percent(value, 2),
  FRACTION: (value) => percent(value * 100, 2),
  DAYS: (value) => `${plain(value)} ${value === 1 ? 'day' : 'days'}`,
  CONTRACTS: integer,
}
