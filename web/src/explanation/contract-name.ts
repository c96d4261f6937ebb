import type { OptionSide } from '../gql/graphql.ts'
import { day, plain } from '../ui/format.ts'

export interface NamedContract {
  /** OCC symbol without padding. */
  id: string
  side: OptionSide
  expiration: string
  strike: number
}

/** E.g. `AAPL Jun 20 190 put`. */
export function contractName({ id, side, expiration, strike }: NamedContract): string {
  return `${id.slice(0, -15)} ${day(expiration)} ${plain(strike)} ${side.toLowerCase()}`
}
