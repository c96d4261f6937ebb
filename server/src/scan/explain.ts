/** Where a contract's numbers come from: for each, its formula, what went into it, whose figure that is, and when. */
import { CONTRACT_SHARES } from './metrics.ts'
import type { Instant } from './model.ts'
import { intrinsicValueOf } from './rating.ts'
import type { RatedContract, TickerView } from './view.ts'

export type Unit = 'USD' | 'PERCENT' | 'FRACTION' | 'DAYS' | 'CONTRACTS'

export interface ExplanationInput {
  name: string
  value: number
  unit: Unit
  /** Who says so: a provider, our model, the calendar, a setting, a person. */
  source: string
  /** When it held; null for what does not change. */
  at: Instant | null
}

export interface Explanation {
  /** The field of `OptionContract` that is explained. */
  field: string
  label: string
  /** As a person would write it down. */
  formula: string
  /** Null when it cannot be known; `note` says why. */
  value: number | null
  unit: Unit
  inputs: ExplanationInput[]
  note: string | null
}

export interface ExplainContext {
  /** Fraction a year. */
  riskFreeRate: number
}

/** Every number that the page shows of a contract, in the order in which they build on each other. */
export function explain(
  ticker: TickerView,
  contract: RatedContract,
  { riskFreeRate }: ExplainContext,
): Explanation[] {
  const quotedAt = contract.quotedAt ?? ticker.quotedAt
  const { source, scannedAt } = ticker
  const quoted = (name: string, value: number | null, unit: Unit): ExplanationInput[] =>
    value === null ? [] : [{ name, value, unit, source, at: quotedAt }]
  const listed = (name: string, value: number, unit: Unit): ExplanationInput => ({
    name,
    value,
    unit,
    source: 'the contract',
    at: null,
  })

  const bid = quoted('bid', contract.bid, 'USD')
  const ask = quoted('ask', contract.ask, 'USD')
  const price = quoted('price of the stock', ticker.underlyingPrice, 'USD')
  const strike = listed('strike', contract.strike, 'USD')
  const shares = listed('shares per contract', CONTRACT_SHARES, 'CONTRACTS')
  const days: ExplanationInput = {
    name: 'days to expiration',
    value: contract.daysToExpiration,
    unit: 'DAYS',
    source: `calendar days in New York until ${contract.expiration}`,
    at: scannedAt,
  }
  const greeks = contract.greeksSource === 'MODEL' ? 'our model, from the middle of bid and ask' : source
  const volatility: ExplanationInput[] =
    contract.impliedVolatility === null
      ? []
      : [
          {
            name: 'implied volatility',
            value: contract.impliedVolatility,
            unit: 'FRACTION',
            source: greeks,
            at: quotedAt,
          },
        ]
  const rate: ExplanationInput = {
    name: 'risk-free rate',
    value: riskFreeRate,
    unit: 'FRACTION',
    source: 'the setting RISK_FREE_RATE',
    at: null,
  }
  const breakEven: ExplanationInput = {
    name: 'break-even',
    value: contract.breakEven,
    unit: 'USD',
    source: 'explained above',
    at: quotedAt,
  }
  const chance = [...price, strike, ...volatility, days, rate]
  const put = contract.side === 'PUT'
  const noVolatility =
    contract.impliedVolatility === null ? 'The provider could not solve an implied volatility.' : null
  const noMiddle =
    contract.mid === null ? 'There is no middle without an ask, or with a crossed quote.' : null
  const value = ticker.stock === null ? null : intrinsicValueOf(ticker.stock)

  const told = (
    field: keyof RatedContract,
    label: string,
    unit: Unit,
    formula: string,
    inputs: ExplanationInput[],
    note: string | null = null,
  ): Explanation => {
    const shown = contract[field]
    return { field, label, unit, formula, inputs, note, value: typeof shown === 'number' ? shown : null }
  }

  return [
    told(
      'daysToExpiration',
      'Days to expiration',
      'DAYS',
      `${contract.expiration} − New York date of the market clock at the scan`,
      [],
    ),
    told('premium', 'Premium', 'USD', 'bid × 100', [...bid, shares]),
    told('collateral', 'Collateral', 'USD', 'strike × 100', [strike, shares]),
    told(
      'annualizedReturn',
      'Annualized return',
      'PERCENT',
      'bid / strike × 365 / days × 100, simple interest',
      [...bid, strike, days],
    ),
    told(
      'breakEven',
      'Break-even',
      'USD',
      put ? 'strike − bid' : 'price of the stock − bid',
      put ? [strike, ...bid] : [...price, ...bid],
    ),
    told(
      'otmPercent',
      'Out of the money',
      'PERCENT',
      put
        ? '(price of the stock − strike) / price of the stock × 100'
        : '(strike − price of the stock) / price of the stock × 100',
      [...price, strike],
    ),
    told('mid', 'Mid', 'USD', '(bid + ask) / 2', [...bid, ...ask], noMiddle),
    told('spreadPercent', 'Spread', 'PERCENT', '(ask − bid) / mid × 100', [...bid, ...ask], noMiddle),
    told(
      'delta',
      'Delta',
      'FRACTION',
      contract.greeksSource === 'MODEL'
        ? 'American option model: see docs/greeks.md'
        : 'as the provider says it',
      [{ name: 'delta', value: contract.delta, unit: 'FRACTION', source: greeks, at: quotedAt }],
    ),
    told(
      'impliedVolatility',
      'Implied volatility',
      'FRACTION',
      contract.greeksSource === 'MODEL'
        ? 'the volatility at which the American option model gives the mid'
        : 'as the provider says it',
      volatility,
      noVolatility,
    ),
    told(
      'probabilityOtm',
      'P(out of the money at expiration)',
      'FRACTION',
      put ? 'N(d₂) at the strike' : 'N(−d₂) at the strike',
      chance,
      noVolatility,
    ),
    told(
      'probabilityOfProfit',
      'P(profit)',
      'FRACTION',
      'N(d₂) at the break-even',
      [...price, breakEven, ...volatility, days, rate],
      noVolatility,
    ),
    {
      field: 'rating',
      label: 'Rating',
      formula: 'Good: strike ≤ intrinsic value; High: strike > intrinsic value',
      value,
      unit: 'USD',
      inputs: [
        strike,
        ...(value === null || ticker.stock === null
          ? []
          : [
              {
                name: 'intrinsic value',
                value,
                unit: 'USD' as const,
                source: valueSource(ticker),
                at: ticker.stock.updatedAt,
              },
            ]),
      ],
      note: value === null ? 'No intrinsic value is known.' : null,
    },
  ]
}

function valueSource({ stock }: TickerView): string {
  if (stock === null) return ''
  const chosen = stock.preferredModel === 'EPS' ? stock.intrinsicValueEps : stock.intrinsicValueFcf
  const by = {
    DEMO: 'made up for the demo',
    USER: 'entered by a person',
    MODEL: 'computed from reported figures',
  }
  return chosen === null ? '' : `${stock.preferredModel} model, ${by[chosen.source]}`
}
