/** Contracts and tickers. */
import type {
  ExpirationKind,
  GreeksSource,
  NearMiss,
  OptionSide,
  Quality,
  QualityIssue,
  Rating,
  RejectionReason,
  Rejections,
  TickerOutcome,
} from '../scan/model.ts'
import { qualityGrades, rejectionReasons } from '../scan/model.ts'
import { qualityIssueTexts, tickerQuality } from '../scan/quality.ts'
import type { RatedContract, TickerView } from '../scan/view.ts'
import { builder } from './builder.ts'
import { StockType } from './stock.ts'

export const RatingEnum = builder.enumType('Rating', {
  description: 'A strike against the intrinsic value of the stock, computed when read.',
  values: {
    GOOD: {
      description:
        'The strike is at or below the intrinsic value; of a ticker: at least one contract is GOOD.',
    },
    HIGH: { description: 'The strike is above the intrinsic value; of a ticker: every contract is HIGH.' },
    UNKNOWN: { description: 'No intrinsic value is known (shown as N/A).' },
  } satisfies Record<Rating, object>,
})

export const OptionSideEnum = builder.enumType('OptionSide', {
  values: { PUT: {}, CALL: {} } satisfies Record<OptionSide, object>,
})

export const ExpirationKindEnum = builder.enumType('ExpirationKind', {
  description: 'From the exchange calendar, never from a provider’s label.',
  values: {
    WEEKLY: { description: 'Any day that is none of the others, Monday and Wednesday series included.' },
    MONTHLY: { description: 'The third Friday, or the trading day before when that is a holiday.' },
    QUARTERLY: { description: 'The last trading day of a quarter.' },
    LEAPS: { description: 'More than a year away.' },
  } satisfies Record<ExpirationKind, object>,
})

const GreeksSourceEnum = builder.enumType('GreeksSource', {
  description: 'Who a delta comes from.',
  values: {
    VENDOR: { description: 'The provider.' },
    MODEL: { description: 'Solved here from the middle of bid and ask: see docs/greeks.md.' },
    NONE: { description: 'Nobody: the delta is unknown. A scan never keeps such a contract.' },
  } satisfies Record<GreeksSource, object>,
})

export const QualityGradeEnum = builder.enumType('QualityGrade', {
  description:
    'How far to trust a quote: A nothing wrong, B mild issues only, C one serious issue, D several.',
  values: qualityGrades,
})

const QualityIssueType = builder.objectRef<QualityIssue>('QualityIssue').implement({
  fields: (t) => ({
    code: t.string({ description: 'For programs, e.g. `WIDE_SPREAD`.', resolve: (issue) => issue }),
    text: t.string({ description: 'For a person.', resolve: (issue) => qualityIssueTexts[issue] }),
  }),
})

const QualityType = builder.objectRef<Quality>('Quality').implement({
  fields: (t) => ({
    grade: t.expose('grade', { type: QualityGradeEnum }),
    issues: t.expose('issues', {
      type: [QualityIssueType],
      description: 'The graver first; none for grade A.',
    }),
  }),
})

const OptionContract = builder.objectRef<RatedContract>('OptionContract').implement({
  description: 'A contract worth selling. Metrics are as of its ticker’s `scannedAt`, at the bid.',
  fields: (t) => ({
    id: t.id({
      description: 'OCC symbol without padding, e.g. `AAPL250620P00190000`.',
      resolve: (o) => o.occSymbol,
    }),
    side: t.expose('side', { type: OptionSideEnum }),
    expiration: t.expose('expiration', { type: 'Date', description: 'The last day of the contract.' }),
    daysToExpiration: t.exposeInt('daysToExpiration', {
      description: 'Calendar days in New York, as of the scan.',
    }),
    strike: t.exposeFloat('strike', { description: 'USD per share.' }),
    bid: t.exposeFloat('bid', { description: 'USD per share; above 0.' }),
    ask: t.exposeFloat('ask', { nullable: true, description: 'USD per share; null when nobody offers.' }),
    mid: t.exposeFloat('mid', {
      nullable: true,
      description: '(bid + ask) / 2; null without both, or when crossed.',
    }),
    spreadPercent: t.exposeFloat('spreadPercent', {
      nullable: true,
      description: '(ask − bid) / mid, in percent; null as `mid` is.',
    }),
    expirationKind: t.expose('expirationKind', { type: ExpirationKindEnum }),
    delta: t.exposeFloat('delta', {
      description: 'Signed: −1 to 0 for a put. `greeksSource` says whose it is.',
    }),
    greeksSource: t.expose('greeksSource', { type: GreeksSourceEnum }),
    quotedAt: t.expose('quotedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the market made bid and ask; null when the provider says it for the ticker only.',
    }),
    impliedVolatility: t.exposeFloat('impliedVolatility', {
      nullable: true,
      description: 'Fraction a year (0.45 is 45 %); null when the provider could not solve it.',
    }),
    openInterest: t.exposeInt('openInterest', { nullable: true, description: 'Contracts.' }),
    volume: t.exposeInt('volume', { nullable: true, description: 'Contracts traded today.' }),
    annualizedReturn: t.exposeFloat('annualizedReturn', {
      description: 'bid / strike × 365 / days, in percent, simple interest; less than a day counts as one.',
    }),
    otmPercent: t.exposeFloat('otmPercent', {
      description: 'How far the strike is out of the money, in percent of the underlying’s price.',
    }),
    breakEven: t.exposeFloat('breakEven', { description: 'strike − bid for a put, USD per share.' }),
    probabilityOtm: t.exposeFloat('probabilityOtm', {
      nullable: true,
      description:
        'Risk-neutral probability of expiring out of the money, 0 to 1, without dividends; null without an implied volatility.',
    }),
    probabilityOfProfit: t.exposeFloat('probabilityOfProfit', {
      nullable: true,
      description: 'As `probabilityOtm`, but of ending past the break-even.',
    }),
    collateral: t.exposeFloat('collateral', { description: 'strike × 100, USD per contract.' }),
    premium: t.exposeFloat('premium', { description: 'bid × 100, USD per contract.' }),
    quality: t.expose('quality', { type: QualityType, description: 'How far to trust the quote, and why.' }),
    rating: t.expose('rating', { type: RatingEnum }),
  }),
})

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

const Rejection = builder.objectRef<{ reason: RejectionReason; count: number }>('Rejection').implement({
  fields: (t) => ({
    reason: t.expose('reason', { type: RejectionReasonEnum }),
    count: t.exposeInt('count', { description: 'Contracts, at least 1.' }),
  }),
})

const NearMissType = builder.objectRef<NearMiss>('NearMiss').implement({
  description: 'A contract that one criterion alone kept out, and nearly let in.',
  fields: (t) => ({
    contractId: t.id({ description: 'OCC symbol without padding.', resolve: (miss) => miss.occSymbol }),
    expiration: t.expose('expiration', { type: 'Date' }),
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
const listRejections = (rejections: Rejections) =>
  rejectionReasons
    .map((reason) => ({ reason, count: rejections[reason] ?? 0 }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count)

export const TickerOptions = builder.objectRef<TickerView>('TickerOptions').implement({
  description: 'A ticker with at least one contract worth selling.',
  fields: (t) => ({
    id: t.id({ description: 'The symbol.', resolve: (ticker) => ticker.symbol }),
    symbol: t.exposeString('symbol'),
    scannedAt: t.expose('scannedAt', { type: 'DateTime' }),
    quotedAt: t.expose('quotedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the market made these quotes; null when the provider does not say.',
    }),
    underlyingPrice: t.exposeFloat('underlyingPrice', { nullable: true, description: 'USD per share.' }),
    rating: t.expose('rating', {
      type: RatingEnum,
      description: 'GOOD if any contract is GOOD, HIGH if none is, UNKNOWN without a value.',
    }),
    stock: t.expose('stock', {
      type: StockType,
      nullable: true,
      description: 'Null when the symbol is not an active stock of the list.',
    }),
    source: t.exposeString('source', { description: 'Name of the provider that answered, e.g. `cboe`.' }),
    delayMinutes: t.exposeInt('delayMinutes', {
      nullable: true,
      description: 'Minutes between the market and the quotes; 0 is real time, null for simulated quotes.',
    }),
    rejections: t.field({
      type: [Rejection],
      description: 'Why the ticker’s other contracts were not kept; most frequent first.',
      resolve: ({ rejections }) => listRejections(rejections),
    }),
    quality: t.field({
      type: QualityGradeEnum,
      description: 'The best grade that three quarters of the contracts reach.',
      resolve: ({ options }) => tickerQuality(options.map(({ quality }) => quality.grade)) ?? 'A',
    }),
    nearMisses: t.expose('nearMisses', { type: [NearMissType], description: 'Nearest first; at most 3.' }),
    options: t.expose('options', {
      type: [OptionContract],
      description: 'By expiration, then strike. Never empty.',
    }),
  }),
})

export const TickerOutcomeType = builder.objectRef<TickerOutcome>('TickerOutcome').implement({
  description: 'What became of a ticker in the latest run, also when nothing was kept.',
  fields: (t) => ({
    symbol: t.exposeString('symbol'),
    contractsScreened: t.exposeInt('contractsScreened', { description: 'Contracts on the criteria’s side.' }),
    contractsKept: t.exposeInt('contractsKept'),
    rejections: t.field({
      type: [Rejection],
      description: 'Most frequent first; only reasons that held at least once.',
      resolve: ({ rejections }) => listRejections(rejections),
    }),
    nearMisses: t.expose('nearMisses', { type: [NearMissType], description: 'Nearest first; at most 3.' }),
    message: t.exposeString('message', {
      nullable: true,
      description: 'Set exactly when the ticker failed: why, for a person.',
    }),
  }),
})
