/** What a person has typed as the scan's criteria, and what of it is new. */
import type { CriteriaFragment, ScanCriteriaInput } from '../gql/graphql.ts'

export const criteriaFields = [
  'minAnnualizedReturn',
  'maxAbsDelta',
  'minDaysToExpiration',
  'maxDaysToExpiration',
  'maxSpreadPercent',
  'minOpenInterest',
] as const
export type CriteriaField = (typeof criteriaFields)[number]

export type CriteriaDraft = Record<CriteriaField, string>

export type CriteriaProblems = Partial<Record<CriteriaField, string>>

/** Without a unit, so that it can be typed over. */
export function draftOf(criteria: CriteriaFragment): CriteriaDraft {
  return Object.fromEntries(
    criteriaFields.map((field) => [field, criteria[field] === null ? '' : String(criteria[field])]),
  ) as CriteriaDraft
}

const whole: ReadonlySet<CriteriaField> = new Set([
  'minDaysToExpiration',
  'maxDaysToExpiration',
  'minOpenInterest',
])
/** What GraphQL's `Int` can carry; the server says what makes sense. */
const largest = 2 ** 31 - 1

/** Only what differs, or what cannot be read as a number. Whether the numbers make sense, the server says. */
export function changesOf(
  criteria: CriteriaFragment,
  draft: CriteriaDraft,
): { input: ScanCriteriaInput; problems: CriteriaProblems } {
  const input: ScanCriteriaInput = {}
  const problems: CriteriaProblems = {}
  for (const field of criteriaFields) {
    const read = readNumber(field, draft[field])
    if (typeof read === 'string') problems[field] = read
    else if (read !== criteria[field]) Object.assign(input, { [field]: read })
  }
  return { input, problems }
}

/** @returns the number, null for no limit, or the problem in words */
function readNumber(field: CriteriaField, typed: string): number | null | string {
  const text = typed.trim().replace(/\s*%$/, '')
  if (text === '') {
    if (field === 'maxSpreadPercent') return null
    return field === 'minOpenInterest' ? 0 : 'A number is needed here.'
  }
  // A comma is taken between thousands only: `0,2` may mean 0.2, or 2.
  if (!/^-?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?$/.test(text) || !/\d/.test(text))
    return `“${typed.trim()}” is not a number, such as 12.5.`
  const value = Number(text.replaceAll(',', ''))
  if (whole.has(field) && (!Number.isInteger(value) || Math.abs(value) > largest))
    return 'A whole number is needed here.'
  return value
}
