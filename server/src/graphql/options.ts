/** Contracts and tickers. */
import type { ExpirationKind, GreeksSource, OptionSide, Rating, TickerOutcome } from '../scan/model.ts'
import { tickerQuality } from '../scan/quality.ts'
import type { RatedContract, TickerView } from '../scan/view.ts'
import { builder } from './builder.ts'
import { QualityGradeEnum, QualityType } from './quality.ts'
import { listRejections, NearMissType, Rejection } from './rejections.ts'
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
  description: 'What the buyer may do with the shares.',
  values: {
    PUT: { description: 'Sell them at the strike.' },
    CALL: { description: 'Buy them at the strike.' },
  } satisfies Record<OptionSide, object>,
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

const OptionContract = builder.objectRef<RatedContract>('OptionContract').implement({
  description: 'A contract worth selling. Metrics are as of its ticker’s `scannedAt`, at the bid.',
  fields: (t) => ({
    id: t.id({
      description: 'OCC symbol without padding, e.g. `AAPL250620P00190000`.',
      resolve: (o) => o.occSymbol,
    }),
    side: t.expose('side', { type: OptionSideEnum, description: 'Put or call.' }),
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
    expirationKind: t.expose('expirationKind', {
      type: ExpirationKindEnum,
      description: 'What kind of day `expiration` is.',
    }),
    delta: t.exposeFloat('delta', {
      description: 'Signed: −1 to 0 for a put. `greeksSource` says whose it is.',
    }),
    greeksSource: t.expose('greeksSource', {
      type: GreeksSourceEnum,
      description: 'Who `delta` comes from.',
    }),
    quotedAt: t.expose('quotedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the market made bid and ask; null when the provider says it for the ticker only.',
    }),
    impliedVolatility: t.exposeFloat('impliedVolatility', {
      nullable: true,
      description: 'Fraction a year (0.45 is 45 %); null when the provider could not solve it.',
    }),
    openInterest: t.exposeInt('openInterest', {
      nullable: true,
      description: 'Contracts; null when the provider does not say.',
    }),
    volume: t.exposeInt('volume', {
      nullable: true,
      description: 'Contracts traded today; null when the provider does not say.',
    }),
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
      description: 'As `probabilityOtm`, null included, but of ending past the break-even.',
    }),
    collateral: t.exposeFloat('collateral', { description: 'strike × 100, USD per contract.' }),
    premium: t.exposeFloat('premium', { description: 'bid × 100, USD per contract.' }),
    quality: t.expose('quality', { type: QualityType, description: 'How far to trust the quote, and why.' }),
    rating: t.expose('rating', {
      type: RatingEnum,
      description: 'The strike against the intrinsic value, computed when read.',
    }),
  }),
})

export const TickerOptions = builder.objectRef<TickerView>('TickerOptions').implement({
  description: 'A ticker with at least one contract worth selling.',
  fields: (t) => ({
    id: t.id({ description: 'The symbol.', resolve: (ticker) => ticker.symbol }),
    symbol: t.exposeString('symbol', { description: 'Ticker symbol, e.g. `AAPL`.' }),
    scannedAt: t.expose('scannedAt', {
      type: 'DateTime',
      description: 'When these contracts were screened.',
    }),
    quotedAt: t.expose('quotedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the market made these quotes; null when the provider does not say.',
    }),
    underlyingPrice: t.exposeFloat('underlyingPrice', {
      nullable: true,
      description: 'USD per share; null when the provider does not say.',
    }),
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
    symbol: t.exposeString('symbol', { description: 'Ticker symbol, e.g. `AAPL`.' }),
    contractsScreened: t.exposeInt('contractsScreened', { description: 'Contracts on the criteria’s side.' }),
    contractsKept: t.exposeInt('contractsKept', { description: 'Contracts worth selling.' }),
    rejections: t.field({
      type: [Rejection],
      description: 'Most frequent first; only reasons that held at least once.',
      resolve: ({ rejections }) => listRejections(rejections),
    }),
    nearMisses: t.expose('nearMisses', { type: [NearMissType], description: 'Nearest first; at most 3.' }),
    message: t.exposeString('message', {
      nullable: true,
      description: 'Why the ticker failed, for a person; null when it did not.',
    }),
  }),
})
