import { describe, expect, it } from 'vitest'
import { valueAmerican } from '../../../server/src/scan/american.ts'
import { createChainModel, yearsToExpiration } from '../../../server/src/scan/chain-model.ts'
import { impliedForward } from '../../../server/src/scan/implied-forward.ts'
import type { OptionQuote, OptionSide } from '../../../server/src/scan/model.ts'

const friday = Date.parse('2025-06-06T20:00:00Z')
const rate = 0.045
/** What the options are made of, below. */
const market = { spot: 100, rate, dividendYield: 0.03 }

describe('yearsToExpiration', () => {
  it('counts to 16:00 New York, in years of 365 days, across a change of the clock too', () => {
    expect(yearsToExpiration(friday, '2025-06-13')).toBeCloseTo(7 / 365, 12)
    expect(yearsToExpiration(Date.parse('2025-06-06T13:30:00Z'), '2025-06-06')).toBeCloseTo(
      6.5 / 24 / 365,
      12,
    )
    expect(yearsToExpiration(Date.parse('2025-10-31T20:00:00Z'), '2025-11-07')).toBeCloseTo(
      (7 + 1 / 24) / 365,
      12,
    )
    expect(yearsToExpiration(friday, '2025-06-06')).toBe(0)
    expect(yearsToExpiration(friday, '2025-06-05')).toBeLessThan(0)
  })
})

describe('impliedForward', () => {
  const years = 27 / 365
  const quotes = chain('2025-07-03').filter(({ strike }) => strike >= 95 && strike <= 105)
  const forward = 100 * Math.exp((rate - 0.03) * years)

  it('is what calls and puts imply together, to a hundredth of a percent', () => {
    expect(impliedForward(quotes, years, rate)).toBeCloseTo(forward, 1)
  })

  it('hardly hears a pair that is quoted from nothing to twice as much', () => {
    const loose = quotes.map((quote) => (quote.strike === 100 && quote.side === 'CALL' ? wide(quote) : quote))
    expect(impliedForward(loose, years, rate)).toBeCloseTo(forward, 1)
  })

  it('is not known without a pair that is quoted on all sides', () => {
    expect(impliedForward([], years, rate)).toBeNull()
    expect(
      impliedForward(
        quotes.filter(({ side }) => side === 'PUT'),
        years,
        rate,
      ),
    ).toBeNull()
    const unbid = quotes.map((quote) => (quote.side === 'CALL' ? { ...quote, bid: 0 } : quote))
    expect(impliedForward(unbid, years, rate)).toBeNull()
  })
})

describe('a chain’s model', () => {
  const quotes = [...chain('2025-06-09'), ...chain('2025-06-20'), ...chain('2025-07-03')]
  const context = { underlyingPrice: 100, quotedAtMs: friday, rate }

  it('finds the dividends that the chain’s prices hold, and the volatility they are made with', () => {
    const model = createChainModel(quotes, context)
    for (const quote of quotes.filter(({ strike }) => strike >= 96 && strike <= 104)) {
      const greeks = model.greeksOf(quote)
      expect(greeks?.impliedVolatility).toBeCloseTo(0.3, 2)
      expect(Math.abs((greeks?.delta ?? NaN) - made(quote).delta)).toBeLessThan(0.005)
    }
  })

  it('is not misled by a stock price from after hours', () => {
    const [calm, misled] = [100, 101].map((underlyingPrice) =>
      createChainModel(quotes, { ...context, underlyingPrice }),
    )
    for (const quote of quotes) expect(misled?.greeksOf(quote)).toEqual(calm?.greeksOf(quote))
  })

  it('takes the provider’s price where there are no calls, or where the chain is about another price', () => {
    const puts = quotes.filter(({ side }) => side === 'PUT')
    const years = 14 / 365
    expect(createChainModel(puts, context).marketOf({ root: 'XYZ', expiration: '2025-06-20' })).toEqual({
      underlyingPrice: 100,
      years,
      rate,
      dividendYield: 0,
    })
    const split = createChainModel(quotes, { ...context, underlyingPrice: 25 })
    expect(split.marketOf({ root: 'XYZ', expiration: '2025-06-20' }).underlyingPrice).toBe(25)
  })

  it('reads a strike’s volatility from its side out of the money, and from its own where that has none', () => {
    const put = quoteOf(quotes, 'PUT', 108)
    const call = quoteOf(quotes, 'CALL', 108)
    const others = quotes.filter(({ strike }) => strike !== 108)
    const loose = wide(put)
    const beside = createChainModel([...others, loose, call], context).greeksOf(loose)
    const alone = createChainModel([...others, loose], context).greeksOf(loose)
    expect(beside?.impliedVolatility).toBeCloseTo(0.3, 2)
    expect(alone?.impliedVolatility).toBeGreaterThan(0.4)
  })

  it.each<[string, Partial<OptionQuote>]>([
    ['no bid', { bid: null }],
    ['nobody’s bid', { bid: 0 }],
    ['no ask', { ask: null }],
    ['a crossed quote', { bid: 2, ask: 1 }],
    ['an expiration that has passed', { expiration: '2025-06-06' }],
    ['a price beyond any volatility', { bid: 94, ask: 97 }],
  ])('knows nothing of a contract with %s', (_, change) => {
    const quote = { ...quoteOf(quotes, 'PUT', 96), ...change }
    expect(createChainModel([...quotes, quote], context).greeksOf(quote)).toBeNull()
  })

  it('keeps roots apart', () => {
    const adjusted = quotes.map((quote) => ({ ...quote, root: 'XYZ1', bid: 40, ask: 41 }))
    const model = createChainModel([...adjusted, ...quotes], context)
    expect(model.greeksOf(quoteOf(quotes, 'PUT', 96))?.impliedVolatility).toBeCloseTo(0.3, 2)
  })
})

function chain(expiration: string): OptionQuote[] {
  return (['PUT', 'CALL'] as const).flatMap((side) =>
    Array.from({ length: 21 }, (_, i) => {
      const strike = 80 + 2 * i
      const quote = { side, strike, expiration }
      const mid = made(quote).price
      return {
        ...quote,
        occSymbol: `XYZ${expiration}${side}${strike}`,
        root: 'XYZ',
        bid: Math.max(0.001, mid - 0.01),
        ask: mid + Math.min(0.01, mid - 0.001),
        delta: null,
        impliedVolatility: null,
        openInterest: 10,
        volume: 1,
        quotedAt: null,
      }
    }),
  )
}

function made({ side, strike, expiration }: Pick<OptionQuote, 'side' | 'strike' | 'expiration'>) {
  const years = yearsToExpiration(friday, expiration)
  return valueAmerican({ ...market, side, strike, years, volatility: 0.3 })
}

function wide(quote: OptionQuote): OptionQuote {
  return { ...quote, bid: 0.01, ask: 2.2 * (quote.ask ?? 0) }
}

/** Two weeks from expiration. */
function quoteOf(quotes: OptionQuote[], side: OptionSide, strike: number): OptionQuote {
  const listed = quotes.filter(({ expiration }) => expiration === '2025-06-20')
  const found = listed.find((quote) => quote.side === side && quote.strike === strike)
  if (!found) throw new Error(`No ${side} ${strike}`)
  return found
}
