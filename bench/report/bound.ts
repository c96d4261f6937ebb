/** What was asked for, what was measured, and whether the one keeps to the other. */
import { figure } from './numbers.ts'

export interface Bound {
  /** With the unit, e.g. "Cold start, beside plain node:http". */
  what: string
  measured: number
  needed: number
  /** Whether `needed` is the most that is allowed, or the least. */
  is: 'at most' | 'at least'
}

/** What could not be measured is not kept. */
export function isKept({ measured, needed, is }: Bound): boolean {
  return is === 'at most' ? measured <= needed : measured >= needed
}

export const kept = (bound: Bound) => (isKept(bound) ? 'kept' : 'NOT kept')

/** As a sentence. */
export function finding(bound: Bound): string {
  const { what, measured, needed, is } = bound
  return `${what}: ${figure(measured)} (needed: ${is} ${figure(needed)}): ${kept(bound)}.`
}

/** As the row of a table under `boundsHead`. */
export function boundRow(bound: Bound): string[] {
  const { what, measured, needed, is } = bound
  return [what, figure(measured), `${is === 'at most' ? '≤' : '≥'} ${figure(needed)}`, kept(bound)]
}

export const boundsHead = ['what', 'measured', 'needed', '']
