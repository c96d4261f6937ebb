/** The columns of a table of contracts, in order, by their field. */

/** Header, and what it means: `unit` stands below the name, `about` in the tooltip. */
export interface ColumnText {
  name: string
  unit?: string
  about: string
}

export const columnTexts: Record<string, ColumnText> = {
  expiration: {
    name: 'Expires',
    about: 'The last trading day of the contract. W weekly, M monthly, Q quarterly, L LEAPS.',
  },
  daysToExpiration: { name: 'Days', about: 'Calendar days to expiration, as of the scan.' },
  strike: {
    name: 'Strike',
    unit: '$',
    about:
      'What you pay for each share if the put is assigned. Press one to see where its numbers come from.',
  },
  rating: {
    name: 'Rating',
    about: 'Good: strike ≤ intrinsic value. High: strike > value. N/A: no value known.',
  },
  quality: {
    name: 'Quality',
    about: 'How far to trust the quote. A: nothing wrong. B: mild issues. C: one serious issue. D: several.',
  },
  annualizedReturn: {
    name: 'Return',
    unit: '% a year',
    about:
      'Bid ÷ strike × 365 ÷ days, simple interest: what the collateral earns if the put expires worthless.',
  },
  delta: {
    name: 'Delta',
    about:
      'Change of the option’s price per dollar of the stock. “model”: ours, where the provider gives none.',
  },
  bid: { name: 'Bid', unit: '$', about: 'What buyers pay per share now. Returns are computed with it.' },
  ask: { name: 'Ask', unit: '$', about: 'What sellers want per share now.' },
  mid: { name: 'Mid', unit: '$', about: 'Halfway between bid and ask.' },
  spreadPercent: {
    name: 'Spread',
    unit: '%',
    about: '(Ask − bid) ÷ mid. Wide spreads cost on the way in and out.',
  },
  impliedVolatility: {
    name: 'Impl. vol.',
    unit: '%',
    about: 'Implied volatility a year: the provider’s, or ours where the delta is marked “model”.',
  },
  otmPercent: { name: 'OTM', unit: '%', about: 'How far the strike lies below the stock’s price.' },
  breakEven: {
    name: 'Break-even',
    unit: '$',
    about: 'Strike − bid: below this price at expiration, the trade loses.',
  },
  probabilityOtm: {
    name: 'P(OTM)',
    unit: '%',
    about: 'Risk-neutral probability that the put expires worthless, without dividends.',
  },
  probabilityOfProfit: {
    name: 'P(profit)',
    unit: '%',
    about: 'Risk-neutral probability that the stock ends above the break-even.',
  },
  openInterest: { name: 'Open int.', about: 'Open contracts.' },
  volume: { name: 'Volume', about: 'Contracts traded today.' },
  premium: { name: 'Premium', unit: '$', about: 'Bid × 100: what one contract brings in.' },
  collateral: { name: 'Collateral', unit: '$', about: 'Strike × 100: the cash that one contract ties up.' },
}
