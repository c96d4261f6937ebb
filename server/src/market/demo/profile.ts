/** How a stock of the simulated market behaves: as listed, or made up from its symbol. */
import { between, fractionOf } from './random.ts'
import { demoListings, type DemoListing } from './stocks.ts'

export type Profile = Pick<
  DemoListing,
  'symbol' | 'basePrice' | 'volatility' | 'frontRatio' | 'liquidity' | 'midweek' | 'adjusted'
>

/**
 * Whoever adds a stock to the list finds it traded here. Null for what no exchange would list, and for symbols that
 * begin with ZZ, so that there are some that the market does not know.
 */
export function profileOf(symbol: string): Profile | null {
  const listed = demoListings.get(symbol)
  if (listed) return listed
  if (!/^[A-Z]{1,5}(\.[A-Z])?$/.test(symbol) || symbol.startsWith('ZZ')) return null
  return {
    symbol,
    // As many stocks between 15 and 60 dollars as between 60 and 240.
    basePrice: Math.round(15 * 24 ** fractionOf(symbol, 'price')),
    volatility: between(0.18, 0.75, symbol, 'volatility'),
    frontRatio: between(0.25, 0.95, symbol, 'front'),
    liquidity: between(0.2, 0.9, symbol, 'liquidity'),
    midweek: false,
    adjusted: fractionOf(symbol, 'adjusted') < 0.05,
  }
}

/** The OCC root of the stock's options: its symbol without punctuation (`BRKB` for `BRK.B`). */
export function rootOf(symbol: string): string {
  return symbol.replace('.', '')
}
