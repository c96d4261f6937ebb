/**
 * The stocks of the simulated market. Names are real; prices, volatilities and intrinsic values are made up.
 *
 * The volatilities are chosen for what a scan with the default criteria shows. A put at delta −0.20 returns about
 * 11 × volatility / √years percent a year, so anything returns 30 % on the eve of its expiration. Calm stocks
 * therefore have next to no volatility in the nearest days (`frontRatio`) and are never kept, hot ones are always
 * kept, and those in between on some days. The hot ones have every rating among them, more than once.
 */
import type { ValuationModel } from '../../scan/model.ts'

export interface DemoStock {
  symbol: string
  name: string
  /** USD per share, made up. Null: no value by this model. */
  intrinsicValueEps: number | null
  intrinsicValueFcf: number | null
  /** The model whose value counts. */
  preferredModel: ValuationModel
}

export interface DemoListing extends DemoStock {
  /** USD; the price stays within about 12 % of it. */
  basePrice: number
  /** Implied volatility at the money in 30 days, fraction a year. */
  volatility: number
  /** Implied volatility at the money in the next hours, as a share of `volatility`. */
  frontRatio: number
  /** 0 to 1: at 1, narrow spreads and large open interest. */
  liquidity: number
  /** Has expirations on Mondays and Wednesdays too. */
  midweek: boolean
  /** A merger left options with another deliverable, under a root that ends in a digit. */
  adjusted: boolean
}

type Row = [
  symbol: string,
  name: string,
  basePrice: number,
  volatility: number,
  frontRatio: number,
  liquidity: number,
  intrinsicValueEps: number | null,
  intrinsicValueFcf: number | null,
  preferredModel: ValuationModel,
]

const calm: Row[] = [
  ['AAPL', 'Apple', 232, 0.22, 0.2, 1, 205, 221, 'EPS'],
  ['ADBE', 'Adobe', 352, 0.25, 0.12, 0.7, 498, 535, 'FCF'],
  ['AMZN', 'Amazon.com', 222, 0.23, 0.17, 1, 188, null, 'EPS'],
  ['ASML', 'ASML Holding', 905, 0.25, 0.12, 0.5, null, null, 'EPS'],
  ['CRM', 'Salesforce', 246, 0.25, 0.12, 0.7, 228, 295, 'FCF'],
  ['GOOGL', 'Alphabet', 208, 0.23, 0.17, 1, 246, 214, 'EPS'],
  ['JPM', 'JPMorgan Chase', 298, 0.19, 0.2, 0.8, 318, null, 'EPS'],
  ['MA', 'Mastercard', 566, 0.18, 0.2, 0.6, 441, 458, 'EPS'],
  ['META', 'Meta Platforms', 712, 0.24, 0.15, 1, 742, 655, 'EPS'],
  ['MSFT', 'Microsoft', 505, 0.2, 0.2, 1, 428, 390, 'EPS'],
  ['NOW', 'ServiceNow', 876, 0.25, 0.12, 0.5, null, 612, 'FCF'],
  ['SPGI', 'S&P Global', 528, 0.19, 0.2, 0.4, 402, 420, 'EPS'],
  ['V', 'Visa', 341, 0.18, 0.2, 0.7, 299, 312, 'EPS'],
]

const inBetween: Row[] = [
  ['AVGO', 'Broadcom', 338, 0.42, 0.5, 1, 268, 301, 'FCF'],
  ['NFLX', 'Netflix', 112, 0.4, 0.5, 0.9, 78, 71, 'EPS'],
  ['NVDA', 'NVIDIA', 178, 0.43, 0.5, 1, 169, 158, 'EPS'],
]

const hot: Row[] = [
  ['ANET', 'Arista Networks', 136, 0.68, 0.9, 0.8, 62, 58, 'EPS'],
  ['CRWD', 'CrowdStrike', 432, 0.64, 0.9, 0.8, null, 188, 'FCF'],
  ['DDOG', 'Datadog', 138, 0.7, 0.9, 0.7, 74, 205, 'FCF'],
  ['DUOL', 'Duolingo', 296, 0.86, 0.95, 0.4, null, 240, 'EPS'],
  ['PANW', 'Palo Alto Networks', 194, 0.64, 0.9, 0.8, 118, null, 'FCF'],
  ['PLTR', 'Palantir Technologies', 168, 0.76, 0.95, 1, 36, 41, 'EPS'],
  ['PYPL', 'PayPal', 68, 0.66, 0.9, 0.9, 104, 112, 'EPS'],
  ['SHOP', 'Shopify', 148, 0.72, 0.9, 0.8, null, 214, 'FCF'],
  ['SPOT', 'Spotify', 678, 0.65, 0.9, 0.6, null, null, 'EPS'],
  ['UBER', 'Uber', 92, 0.66, 0.9, 0.9, 138, 129, 'EPS'],
]

const midweek = new Set(['AAPL', 'AMZN', 'AVGO', 'GOOGL', 'META', 'MSFT', 'NVDA'])
const adjusted = new Set(['PYPL', 'CRM'])

/** By symbol. */
export const demoListings: ReadonlyMap<string, DemoListing> = new Map(
  [...calm, ...inBetween, ...hot].map(listingOf).map((listing) => [listing.symbol, listing]),
)

/** Names and intrinsic values for the stock list of a new installation, sorted by symbol. */
export const demoStocks: readonly DemoStock[] = [...demoListings.values()]
  .map(({ symbol, name, intrinsicValueEps, intrinsicValueFcf, preferredModel }) => ({
    symbol,
    name,
    intrinsicValueEps,
    intrinsicValueFcf,
    preferredModel,
  }))
  .sort((a, b) => (a.symbol < b.symbol ? -1 : 1))

function listingOf(row: Row): DemoListing {
  const [symbol, name, basePrice, volatility, frontRatio, liquidity, ...values] = row
  const [intrinsicValueEps, intrinsicValueFcf, preferredModel] = values
  return {
    symbol,
    name,
    basePrice,
    volatility,
    frontRatio,
    liquidity,
    midweek: midweek.has(symbol),
    adjusted: adjusted.has(symbol),
    intrinsicValueEps,
    intrinsicValueFcf,
    preferredModel,
  }
}
