/** What would have passed, had one criterion been a little looser, in words. */
import type { NearMissFragment, OptionSide, RejectionReason } from '../gql/graphql.ts'
import { day, deltaLimit, plain } from '../ui/format.ts'

/** E.g. `Nearly: Jun 20 190 P would pass at a return of 27 % instead of 30 %.`; null without any. */
export function nearMissText(misses: readonly NearMissFragment[], side: OptionSide): string | null {
  const said = misses.flatMap((miss) => {
    const condition = conditions[miss.reason]?.(miss)
    return condition === undefined ? [] : { contract: contractName(miss, side), condition }
  })
  if (said.length === 0) return null
  const parts = said.map(({ contract, condition }, index) =>
    index === 0 ? `${contract} would pass ${condition}` : `${contract} ${condition}`,
  )
  return `Nearly: ${parts.join('; ')}.`
}

const contractName = ({ expiration, strike }: NearMissFragment, side: OptionSide) =>
  `${day(expiration)} ${plain(strike)} ${side === 'PUT' ? 'P' : 'C'}`

/** Goes on from `… would pass`. */
const conditions: Partial<Record<RejectionReason, (miss: NearMissFragment) => string>> = {
  RETURN_TOO_LOW: ({ value, limit }) =>
    `at a return of ${plain(roundedDown(value, 1))} % instead of ${plain(limit)} %`,
  DELTA_TOO_HIGH: ({ value, limit }) =>
    `at |delta| up to ${deltaLimit(roundedUp(value, 3))} instead of ${deltaLimit(limit)}`,
  SPREAD_TOO_WIDE: ({ value, limit }) =>
    `at a spread of ${plain(roundedUp(value, 1))} % instead of ${plain(limit)} %`,
  OPEN_INTEREST_TOO_LOW: ({ value, limit }) =>
    `at an open interest of ${plain(value)} instead of ${plain(limit)}`,
  EXPIRATION_OUT_OF_RANGE: ({ value, limit }) => `at ${plain(value)} days instead of ${plain(limit)}`,
}

/** Floats are a little beside what they mean. */
const noise = 1e-9

/** Never to the side on which the contract would still not pass. */
const roundedDown = (value: number, digits: number) => Math.floor(value * 10 ** digits + noise) / 10 ** digits
const roundedUp = (value: number, digits: number) => Math.ceil(value * 10 ** digits - noise) / 10 ** digits
