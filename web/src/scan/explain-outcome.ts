/** Why a ticker has nothing to show, in words. */
import type { CriteriaFragment, OutcomeFragment, RejectionReason } from '../gql/graphql.ts'
import { count, deltaLimit, plain } from '../ui/format.ts'

/** The nearer to being kept, the earlier: a contract is counted under the first criterion that it fails. */
const nearestFirst: readonly RejectionReason[] = [
  'OPEN_INTEREST_TOO_LOW',
  'SPREAD_TOO_WIDE',
  'RETURN_TOO_LOW',
  'DELTA_TOO_HIGH',
  'DELTA_UNKNOWN',
  'NO_BID',
  'IN_THE_MONEY',
  'EXPIRATION_OUT_OF_RANGE',
  'NON_STANDARD',
  'BAD_ROW',
]

const namedReasons = 2

export function explainOutcome(outcome: OutcomeFragment, criteria: CriteriaFragment): string {
  const { contractsScreened, rejections } = outcome
  if (contractsScreened === 0) return 'No contracts are listed.'
  const looked = `${count(contractsScreened, 'contract')} looked at`
  const named = nearestFirst
    .flatMap((reason) => rejections.find((one) => one.reason === reason && one.count > 0) ?? [])
    .slice(0, namedReasons)
  if (named.length === 0) return `${looked}; none is worth selling.`
  const reasons = named.map(({ reason, count: number }, index) => {
    const subject = index === 0 ? count(number, criteria.side.toLowerCase()) : number.toLocaleString('en-US')
    return `${subject} ${reasonTexts[reason](number, criteria)}`
  })
  return `${looked}; the closest reason: ${reasons.join(', ')}.`
}

type ReasonText = (number: number, criteria: CriteriaFragment) => string

/** Goes on from `12 puts …`. */
const reasonTexts: Record<RejectionReason, ReasonText> = {
  OPEN_INTEREST_TOO_LOW: (_, { minOpenInterest }) =>
    `had fewer than ${count(minOpenInterest, 'open contract')}`,
  SPREAD_TOO_WIDE: (_, { maxSpreadPercent }) =>
    maxSpreadPercent === null
      ? 'had too wide a spread'
      : `had a bid–ask spread above ${plain(maxSpreadPercent)} %`,
  RETURN_TOO_LOW: (_, { minAnnualizedReturn }) => `returned less than ${plain(minAnnualizedReturn)} % a year`,
  DELTA_TOO_HIGH: (_, { maxAbsDelta }) => `had |delta| above ${deltaLimit(maxAbsDelta)}`,
  DELTA_UNKNOWN: () => 'had no known delta',
  NO_BID: () => 'had no bid',
  IN_THE_MONEY: (number) => `${number === 1 ? 'was' : 'were'} in the money`,
  EXPIRATION_OUT_OF_RANGE: (_, { minDaysToExpiration, maxDaysToExpiration }) =>
    `did not expire within ${minDaysToExpiration} to ${maxDaysToExpiration} days`,
  NON_STANDARD: (number) => `${number === 1 ? 'was' : 'were'} adjusted series`,
  BAD_ROW: () => 'could not be read',
}
