/** Which contracts of a chain are worth selling, and why the others are not. */
import {
  annualizedReturn,
  breakEven,
  CONTRACT_SHARES,
  midPrice,
  otmPercent,
  probabilities,
  spreadPercent,
} from './metrics.ts'
import type {
  ExpirationKind,
  IsoDate,
  KeptContract,
  NearMiss,
  OptionChain,
  OptionQuote,
  RejectionReason,
  Rejections,
  ScanCriteria,
} from './model.ts'
import type { ChainModel, ModelGreeks } from './chain-model.ts'
import { isKnownDelta, withModelGreeks, type Greeks } from './greeks.ts'
import { nearest, nearMissOf } from './near-misses.ts'
import { daysBetween } from './new-york.ts'
import { qualityOf } from './quality.ts'

export interface Screening {
  /** By expiration, then strike. */
  kept: KeptContract[]
  /** Contracts on the criteria's side, plus rows that could not be read. */
  screened: number
  rejections: Rejections
  /** Nearest first; few. */
  nearMisses: NearMiss[]
}

export interface ScreeningContext {
  criteria: ScanCriteria
  underlyingPrice: number
  /** The New York date of the market clock. */
  today: IsoDate
  /** Fraction a year. */
  riskFreeRate: number
  expirationKindOf: (expiration: IsoDate, today: IsoDate) => ExpirationKind
  /** Our own greeks, for rows without and to hold against the provider's. */
  model: Pick<ChainModel, 'greeksOf' | 'marketOf'>
  /** Minutes by which the provider is always late; null for simulated quotes. */
  delayMinutes: number | null
  /** Trading minutes between a row's quote and the market clock; null when nobody dates it. */
  quoteAgeOf: (quote: Pick<OptionQuote, 'quotedAt'>) => number | null
}

export function screenChain(
  chain: Pick<OptionChain, 'quotes' | 'badRows'>,
  context: ScreeningContext,
): Screening {
  const { criteria, today } = context
  const daysTo = rememberDays(today)
  const kept: KeptContract[] = []
  const nearMisses: NearMiss[] = []
  const rejections: Rejections = chain.badRows > 0 ? { BAD_ROW: chain.badRows } : {}
  let screened = chain.badRows

  for (const quote of chain.quotes) {
    if (quote.side !== criteria.side) continue
    screened += 1
    const days = daysTo(quote.expiration)
    const asQuoted = rejectionOf(quote, days, context)
    // A delta is asked for after what needs none, so only rows that could be kept are solved.
    const greeks =
      asQuoted === null || asQuoted === 'DELTA_UNKNOWN' ? withModelGreeks(quote, context.model) : null
    const row: OptionQuote = greeks === null ? quote : { ...quote, ...solved(greeks) }
    const reason = greeks?.greeksSource === 'MODEL' ? rejectionOf(row, days, context) : asQuoted
    if (reason !== null) {
      rejections[reason] = (rejections[reason] ?? 0) + 1
      const passes = (loosened: ScanCriteria) =>
        rejectionOf(row, days, { ...context, criteria: loosened }) === null
      const miss = nearMissOf(row, days, reason, criteria, passes)
      if (miss !== null) nearMisses.push(miss)
    } else if (greeks !== null && row.bid !== null && row.delta !== null) {
      const sellable = { ...row, bid: row.bid, delta: row.delta }
      kept.push(keep(sellable, greeks, context.model.greeksOf(quote), days, context))
    }
  }
  kept.sort(
    (a, b) =>
      compareText(a.expiration, b.expiration) || a.strike - b.strike || compareText(a.occSymbol, b.occSymbol),
  )
  return { kept, screened, rejections, nearMisses: nearest(nearMisses) }
}

/** The first reason that holds, in the order of `rejectionReasons`; null for a contract worth selling. */
export function rejectionOf(
  quote: OptionQuote,
  days: number,
  context: ScreeningContext,
): RejectionReason | null {
  const { criteria, underlyingPrice } = context
  const { bid, strike, delta } = quote
  if (!(strike > 0 && Number.isFinite(strike)) || !isReadable(bid) || !isReadable(quote.ask)) return 'BAD_ROW'
  if (isAdjusted(quote.root)) return 'NON_STANDARD'
  if (days < Math.max(0, criteria.minDaysToExpiration) || days > criteria.maxDaysToExpiration) {
    return 'EXPIRATION_OUT_OF_RANGE'
  }
  if (!(otmPercent(quote.side, underlyingPrice, strike) > 0)) return 'IN_THE_MONEY'
  if (bid === null || bid <= 0) return 'NO_BID'
  if (delta === null || !isKnownDelta(delta, quote)) return 'DELTA_UNKNOWN'
  if (Math.abs(delta) > criteria.maxAbsDelta) return 'DELTA_TOO_HIGH'
  if (annualizedReturn(bid, strike, days) < criteria.minAnnualizedReturn) return 'RETURN_TOO_LOW'
  if (criteria.maxSpreadPercent !== null) {
    const spread = spreadPercent(bid, quote.ask)
    if (spread === null || spread > criteria.maxSpreadPercent) return 'SPREAD_TOO_WIDE'
  }
  if ((quote.openInterest ?? 0) < criteria.minOpenInterest) return 'OPEN_INTEREST_TOO_LOW'
  return null
}

/** OCC gives an adjusted series a root that ends in a digit: it delivers something else than 100 shares. */
export function isAdjusted(root: string): boolean {
  return /\d$/.test(root)
}

type SellableQuote = OptionQuote & { bid: number; delta: number }

/** Beside NONE, the row stays as it was quoted. */
function solved({ delta, impliedVolatility, greeksSource }: Greeks): Partial<OptionQuote> {
  return greeksSource === 'NONE' ? {} : { delta, impliedVolatility }
}

function keep(
  quote: SellableQuote,
  greeks: Greeks,
  modelGreeks: ModelGreeks | null,
  days: number,
  context: ScreeningContext,
): KeptContract {
  const { underlyingPrice, riskFreeRate } = context
  const { side, strike, bid } = quote
  const { impliedVolatility } = greeks
  const chances =
    impliedVolatility === null
      ? null
      : probabilities({ side, underlyingPrice, strike, premium: bid, days, impliedVolatility, riskFreeRate })
  return {
    occSymbol: quote.occSymbol,
    side,
    expiration: quote.expiration,
    expirationKind: context.expirationKindOf(quote.expiration, context.today),
    daysToExpiration: days,
    strike,
    bid,
    ask: quote.ask,
    mid: midPrice(bid, quote.ask),
    spreadPercent: spreadPercent(bid, quote.ask),
    delta: quote.delta,
    impliedVolatility,
    openInterest: quote.openInterest,
    volume: quote.volume,
    annualizedReturn: annualizedReturn(bid, strike, days),
    otmPercent: otmPercent(side, underlyingPrice, strike),
    breakEven: breakEven(side, underlyingPrice, strike, bid),
    probabilityOtm: chances?.otm ?? null,
    probabilityOfProfit: chances?.profit ?? null,
    collateral: strike * CONTRACT_SHARES,
    premium: bid * CONTRACT_SHARES,
    greeksSource: greeks.greeksSource,
    quality: qualityOf(quote, {
      quoteAgeMinutes: context.quoteAgeOf(quote),
      delayMinutes: context.delayMinutes,
      greeks,
      modelGreeks,
      market: context.model.marketOf(quote),
    }),
    quotedAt: quote.quotedAt,
  }
}

function isReadable(price: number | null): boolean {
  return price === null || (Number.isFinite(price) && price >= 0)
}

/** A chain has thousands of rows and a few dozen expirations. */
function rememberDays(today: IsoDate): (expiration: IsoDate) => number {
  const known = new Map<IsoDate, number>()
  return (expiration) => {
    const days = known.get(expiration) ?? daysBetween(today, expiration)
    known.set(expiration, days)
    return days
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
