/** Why contracts were not kept, and which of them nearly were. */
import { rejectionReasons, type NearMiss, type RejectionReason, type Rejections } from '../scan/model.ts'
import { builder } from './builder.ts'

const reasonTexts: Record<RejectionReason, string> = {
  BAD_ROW: 'The provider’s row could not be read.',
  NON_STANDARD: 'Adjusted series: it delivers something else than 100 shares.',
  EXPIRATION_OUT_OF_RANGE: 'Expires sooner or later than the criteria want.',
  IN_THE_MONEY: 'Not out of the money.',
  NO_BID: 'Nobody bids.',
  DELTA_UNKNOWN: 'The provider has no delta for it, or one that cannot be.',
  DELTA_TOO_HIGH: '|delta| is above the limit.',
  RETURN_TOO_LOW: 'The annualized return is below the limit.',
  SPREAD_TOO_WIDE: 'The bid–ask spread is above the limit, or unknown.',
  OPEN_INTEREST_TOO_LOW: 'Too few open contracts.',
}

const RejectionReasonEnum = builder.enumType('RejectionReason', {
  description:
    'Why a contract was not kept: the first of these that held, in the order BAD_ROW, NON_STANDARD, EXPIRATION_OUT_OF_RANGE, IN_THE_MONEY, NO_BID, DELTA_UNKNOWN, DELTA_TOO_HIGH, RETURN_TOO_LOW, SPREAD_TOO_WIDE, OPEN_INTEREST_TOO_LOW.',
  values: Object.fromEntries(
    rejectionReasons.map((reason) => [reason, { description: reasonTexts[reason] }]),
  ) as Record<RejectionReason, { description: string }>,
})

export const Rejection = builder
  .objectRef<{ reason: RejectionReason; count: number }>('Rejection')
  .implement({
    description: 'How many contracts were not kept for one reason.',
    fields: (t) => ({
      reason: t.expose('reason', { type: RejectionReasonEnum, description: 'The first that held.' }),
      count: t.exposeInt('count', { description: 'Contracts, at least 1.' }),
    }),
  })

export const NearMissType = builder.objectRef<NearMiss>('NearMiss').implement({
  description: 'A contract that one criterion alone kept out, and nearly let in.',
  fields: (t) => ({
    contractId: t.id({ description: 'OCC symbol without padding.', resolve: (miss) => miss.occSymbol }),
    expiration: t.expose('expiration', { type: 'Date', description: 'The last day of the contract.' }),
    strike: t.exposeFloat('strike', { description: 'USD per share.' }),
    reason: t.expose('reason', { type: RejectionReasonEnum, description: 'The criterion that kept it out.' }),
    limit: t.exposeFloat('limit', { description: 'What the criterion asks, in its own unit.' }),
    value: t.exposeFloat('value', {
      description: 'What the contract has: loosened to this, the criterion lets it in.',
    }),
    distance: t.exposeFloat('distance', {
      description:
        'How much looser the criterion would have to be: above 0, up to 1 for the most that counts as near.',
    }),
  }),
})

/** Most frequent first. */
export const listRejections = (rejections: Rejections) =>
  rejectionReasons
    .map((reason) => ({ reason, count: rejections[reason] ?? 0 }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count)
