/** The criteria of the installation: one record, edited by administrators, read by every scan when it starts. */
import { createAnnouncer } from './announcer.ts'
import { BadInput } from './errors.ts'
import type { ScanCriteria } from './model.ts'
import type { Log, ScanCache } from './ports.ts'

/** Where the record is kept. */
export interface CriteriaStore {
  current(): Promise<ScanCriteria>
  replace(criteria: ScanCriteria): Promise<ScanCriteria>
}

export interface Criteria {
  current(): Promise<ScanCriteria>
  /**
   * Changes the members that are given, for the next scan; a null spread takes any.
   * @throws BadInput when the result makes no sense; nothing is changed then
   */
  update(change: Partial<ScanCriteria>): Promise<ScanCriteria>
}

export function createCriteria(store: CriteriaStore, cache: Pick<ScanCache, 'announce'>, log: Log): Criteria {
  const announced = createAnnouncer((symbols) => cache.announce(symbols), log)
  return {
    current: () => store.current(),
    async update(change) {
      const wanted = { ...(await store.current()), ...change }
      const problem = problemOf(wanted)
      if (problem !== null) throw new BadInput(problem)
      const stored = await store.replace(wanted)
      await announced([])
      return stored
    },
  }
}

const A_DECADE = 3_650

/** Why these criteria make no sense, for a person; null when they do. */
export function problemOf(criteria: ScanCriteria): string | null {
  const { minDaysToExpiration: from, maxDaysToExpiration: to, maxSpreadPercent } = criteria
  const within = (value: number, low: number, high: number) =>
    Number.isFinite(value) && value >= low && value <= high
  const checks: [boolean, string][] = [
    [
      within(criteria.minAnnualizedReturn, 0, 100_000),
      'The annualized return must be between 0 and 100,000 percent.',
    ],
    [within(criteria.maxAbsDelta, 0, 1), 'The delta must be between 0 and 1.'],
    [within(from, 0, A_DECADE) && within(to, 0, A_DECADE), 'Days to expiration must be between 0 and 3,650.'],
    [from <= to, 'The first day to expiration must not be after the last.'],
    [
      maxSpreadPercent === null || within(maxSpreadPercent, 0, 200),
      'The spread must be between 0 and 200 percent of the mid, or left open.',
    ],
    [within(criteria.minOpenInterest, 0, 1_000_000_000), 'The open interest must be 0 or more.'],
  ]
  return checks.find(([holds]) => !holds)?.[1] ?? null
}
