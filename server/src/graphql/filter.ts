/** What a person wants to see of the results. */
import { builder } from './builder.ts'
import { ExpirationKindEnum, OptionSideEnum, RatingEnum } from './options.ts'
import { QualityGradeEnum } from './quality.ts'

export const ScanFilterInput = builder.inputType('ScanFilter', {
  description: 'Narrows what the scan kept. Bounds are inclusive; an absent or null member narrows nothing.',
  fields: (t) => ({
    symbols: t.stringList({ description: 'Only these tickers, e.g. `["AAPL", "BRK.B"]`.' }),
    ratings: t.field({ type: [RatingEnum], description: 'Only contracts that are rated so.' }),
    sides: t.field({ type: [OptionSideEnum], description: 'Only puts, or only calls.' }),
    expirationKinds: t.field({
      type: [ExpirationKindEnum],
      description: 'Only contracts that expire on such a day.',
    }),
    minAnnualizedReturn: t.float({ description: 'Percent.' }),
    minAbsDelta: t.float({ description: '0 to 1.' }),
    maxAbsDelta: t.float({ description: '0 to 1.' }),
    minDaysToExpiration: t.int({ description: 'Calendar days in New York, as of the scan.' }),
    maxDaysToExpiration: t.int({ description: 'Calendar days in New York, as of the scan.' }),
    minOtmPercent: t.float({ description: 'Percent of the underlying’s price.' }),
    maxSpreadPercent: t.float({
      description: 'Percent of the mid; a contract without a spread does not pass.',
    }),
    minOpenInterest: t.int({ description: 'Contracts; an unknown open interest does not pass.' }),
    minVolume: t.int({ description: 'Contracts; an unknown volume does not pass.' }),
    qualities: t.field({
      type: [QualityGradeEnum],
      description: 'Only quotes of these grades, e.g. `[A, B]`.',
    }),
    maxCollateral: t.float({ description: 'USD per contract.' }),
  }),
})
