/** One stock's listed options at one moment. */
import type { IsoDate, OptionChain, OptionQuote, OptionSide } from '../../scan/model.ts'
import { newYorkDate } from '../../scan/new-york.ts'
import { sessionOf } from '../calendar.ts'
import { formatOccSymbol } from '../occ-symbol.ts'
import { activityOf } from './activity.ts'
import { badRowsOf, withFlaws } from './flaws.ts'
import { expirationsOf, strikesOf } from './listing.ts'
import { priceAt, volatilityAt } from './movement.ts'
import { rootOf, type Profile } from './profile.ts'
import { quoteStrike } from './quote.ts'
import { drawsOf, fractionOf } from './random.ts'
import { createSmile, type Smile } from './smile.ts'

const YEAR_MS = 365 * 86_400_000
const sides: readonly OptionSide[] = ['CALL', 'PUT']

/** What the rows of one expiration have in common. */
interface Series {
  seed: string
  profile: Profile
  root: string
  today: IsoDate
  expiration: IsoDate
  smile: Smile
}

/** Sorted by expiration, strike and side, standard contracts before adjusted ones. `now`: milliseconds since 1970. */
export function buildChain(seed: string, profile: Profile, now: number): OptionChain {
  const today = newYorkDate(now)
  const spot = priceAt(seed, profile, now)
  const volatility = volatilityAt(seed, profile, now)
  const quotes: OptionQuote[] = []

  for (const expiration of expirationsOf(profile, today)) {
    const closesAt = sessionOf(expiration)?.closesAt ?? 0
    // Options that have just expired are gone.
    if (closesAt <= now) continue
    const years = (closesAt - now) / YEAR_MS
    const smile = createSmile({ spot, years, volatility, frontRatio: profile.frontRatio })
    const series = { seed, profile, root: rootOf(profile.symbol), today, expiration, smile }
    const strikes = strikesOf(profile, today, expiration)
    for (const strike of strikes) quotes.push(...quotesOf(series, strike))
    if (!profile.adjusted) continue
    const adjusted = { ...series, root: `${series.root}1` }
    for (const strike of adjustedStrikes(strikes)) quotes.push(...quotesOf(adjusted, strike))
  }
  return {
    symbol: profile.symbol,
    source: 'demo',
    delayMinutes: null,
    underlyingPrice: spot,
    quotedAt: new Date(now).toISOString(),
    quotes,
    badRows: badRowsOf(seed, profile.symbol, today),
  }
}

/** A few strikes in the middle, at the odd prices that a deal's exchange ratio makes of round ones. */
function adjustedStrikes(strikes: number[]): number[] {
  const middle = strikes.slice(Math.floor(strikes.length * 0.3), Math.ceil(strikes.length * 0.6))
  return middle.filter((_, index) => index % 4 === 0).map((strike) => Math.round(strike * 96.3) / 100)
}

function quotesOf(series: Series, strike: number): OptionQuote[] {
  const { seed, profile, root, today, expiration, smile } = series
  const { liquidity } = profile
  const prices = quoteStrike(smile, strike, liquidity)
  return sides.map((side) => {
    const occSymbol = formatOccSymbol({ root, expiration, side, strike })
    const draw = drawsOf(seed, occSymbol, today)
    const popularity = fractionOf(seed, occSymbol)
    const { bid, ask, delta, impliedVolatility } = prices[side]
    const { openInterest, volume } = activityOf({
      smile,
      side,
      strike,
      liquidity,
      popularity,
      bustle: draw(),
    })
    const quote = {
      occSymbol,
      root,
      side,
      expiration,
      strike,
      bid,
      ask,
      delta,
      impliedVolatility,
      openInterest,
      volume,
      quotedAt: null,
    }
    return withFlaws(quote, smile, draw)
  })
}
