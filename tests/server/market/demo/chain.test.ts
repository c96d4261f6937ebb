import { beforeAll, describe, expect, it } from 'vitest'
import { buildChain } from '../../../../server/src/market/demo/chain.ts'
import { profileOf } from '../../../../server/src/market/demo/profile.ts'
import { demoStocks } from '../../../../server/src/market/demo/stocks.ts'
import { parseOccSymbol } from '../../../../server/src/market/occ-symbol.ts'
import type { OptionChain, OptionQuote } from '../../../../server/src/scan/model.ts'
import { newYorkInstant } from '../../../../server/src/scan/new-york.ts'

const wednesday = Date.parse('2025-06-11T15:00:00Z')

function chainOf(symbol: string, now: number): OptionChain {
  const profile = profileOf(symbol)
  if (profile === null) throw new Error(`${symbol} is not listed`)
  return buildChain('wheel', profile, now)
}

const isAdjusted = ({ root }: OptionQuote) => /\d$/.test(root)

function groupBy<T>(items: T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return [...groups.values()]
}

describe('the quotes of a market', () => {
  let chains: OptionChain[]
  let quotes: OptionQuote[]
  beforeAll(() => {
    chains = demoStocks.map(({ symbol }) => chainOf(symbol, wednesday))
    quotes = chains.flatMap((chain) => chain.quotes)
  })

  it('are as many as real ones', () => {
    for (const { quotes } of chains) {
      expect(quotes.length).toBeGreaterThan(300)
      expect(quotes.length).toBeLessThan(2000)
    }
  })

  it('are named by their OCC symbols, each once', () => {
    expect(new Set(quotes.map(({ occSymbol }) => occSymbol)).size).toBe(quotes.length)
    for (const { occSymbol, root, side, expiration, strike } of quotes) {
      expect(parseOccSymbol(occSymbol)).toEqual({ root, side, expiration, strike })
    }
  })

  it('are as of the moment they are asked for', () => {
    for (const { quotedAt } of chains) expect(quotedAt).toBe('2025-06-11T15:00:00.000Z')
  })

  it('have numbers that can be: no NaN, nothing negative or crossed, counts that are whole', () => {
    const isOdd = (quote: OptionQuote) => {
      const { side, strike, bid, ask, delta, impliedVolatility, openInterest, volume } = quote
      const counts = [openInterest, volume].filter((count) => count !== null)
      const sign = side === 'PUT' ? -1 : 1
      return (
        !(strike > 0) ||
        bid === null ||
        ask === null ||
        !(bid >= 0 && ask > bid) ||
        !(delta === null || (delta * sign >= 0 && Math.abs(delta) <= 1)) ||
        !(impliedVolatility === null || (impliedVolatility >= 0 && impliedVolatility < 3)) ||
        counts.some((count) => !Number.isInteger(count) || count < 0)
      )
    }
    expect(quotes.filter(isOdd)).toEqual([])
  })

  it('are in pennies below 3 dollars and in nickels above', () => {
    const isOffTick = (price: number | null) => {
      const cents = (price ?? 0) * 100
      return Math.abs(cents - Math.round(cents)) > 1e-6 || (cents > 300.5 && Math.round(cents) % 5 !== 0)
    }
    expect(quotes.filter(({ bid, ask }) => isOffTick(bid) || isOffTick(ask))).toEqual([])
  })

  it('have strikes on the grid, except those of adjusted contracts', () => {
    const off = (quote: OptionQuote) => !Number.isInteger(quote.strike * 2)
    expect(quotes.filter((quote) => !isAdjusted(quote) && off(quote))).toEqual([])
    expect(quotes.filter((quote) => isAdjusted(quote) && off(quote)).length).toBeGreaterThan(0)
    const series = groupBy(
      quotes.filter((quote) => !isAdjusted(quote) && quote.side === 'PUT'),
      ({ root, expiration }) => root + expiration,
    )
    for (const puts of series) {
      const steps = puts.slice(1).map((put, index) => put.strike - (puts[index]?.strike ?? 0))
      for (const step of steps) expect([0.5, 1, 2, 2.5, 5, 10, 20]).toContain(step)
    }
  })

  it('leave no free lunch: puts gain and calls lose with the strike, and both with time', () => {
    const bySeries = groupBy(
      quotes.filter((quote) => !isAdjusted(quote)),
      ({ root, side, expiration }) => root + side + expiration,
    )
    for (const series of bySeries) {
      series.reduce((lower, upper) => {
        const [cheap, dear] = upper.side === 'PUT' ? [lower, upper] : [upper, lower]
        expect(dear.bid).toBeGreaterThanOrEqual(cheap.bid ?? 0)
        expect(dear.ask).toBeGreaterThanOrEqual(cheap.ask ?? 0)
        return upper
      })
    }
    // In the money the interest on a European option's strike can outweigh a few days.
    const outOfTheMoney = ({ quotes, underlyingPrice }: OptionChain) =>
      quotes.filter(
        (quote) => !isAdjusted(quote) && quote.strike < (underlyingPrice ?? 0) === (quote.side === 'PUT'),
      )
    const sameStrike = chains.flatMap((chain) =>
      groupBy(outOfTheMoney(chain), ({ side, strike }) => `${side}${strike}`),
    )
    for (const contracts of sameStrike) {
      contracts.reduce((sooner, later) => {
        expect(later.ask).toBeGreaterThanOrEqual(sooner.bid ?? 0)
        return later
      })
    }
  })

  it('have spreads that are wider where little is traded, and open interest near the money', () => {
    const spread = ({ bid, ask }: OptionQuote) => ((ask ?? 0) - (bid ?? 0)) / ((ask ?? 0) + (bid ?? 0))
    const mean = (numbers: number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length
    const putsOf = (symbol: string) =>
      chains
        .find((chain) => chain.symbol === symbol)
        ?.quotes.filter(({ side, bid }) => side === 'PUT' && bid) ?? []
    const between = (puts: OptionQuote[], low: number, high: number) =>
      puts.filter(({ delta }) => delta !== null && delta < 0 && -delta >= low && -delta < high)
    const liquid = putsOf('MSFT')
    expect(mean(between(liquid, 0, 0.05).map(spread))).toBeGreaterThan(
      mean(between(liquid, 0.2, 0.5).map(spread)),
    )
    expect(mean(between(putsOf('SPGI'), 0.2, 0.5).map(spread))).toBeGreaterThan(
      mean(between(liquid, 0.2, 0.5).map(spread)),
    )
    const interest = (puts: OptionQuote[]) => mean(puts.map(({ openInterest }) => openInterest ?? 0))
    expect(interest(between(liquid, 0.2, 0.5))).toBeGreaterThan(3 * interest(between(liquid, 0.95, 1)))
  })

  it('are as dirty as real ones', () => {
    const share = (holds: (quote: OptionQuote) => boolean) => quotes.filter(holds).length / quotes.length
    expect(share(({ delta }) => delta === null)).toBeGreaterThan(0.003)
    expect(share(({ delta, impliedVolatility }) => delta === 0 && impliedVolatility === 0)).toBeGreaterThan(
      0.01,
    )
    expect(share(({ bid }) => bid === 0)).toBeGreaterThan(0.01)
    expect(share(({ openInterest }) => openInterest === null)).toBeGreaterThan(0.003)
    expect(share(isAdjusted)).toBeGreaterThan(0.001)
    expect(share(({ delta }) => delta !== null && delta !== 0)).toBeGreaterThan(0.8)
    expect(chains.some(({ badRows }) => badRows > 0)).toBe(true)
  })
})

describe('the expirations', () => {
  const expirationsAt = (symbol: string, date: string, time = '12:00') => {
    const { quotes } = chainOf(symbol, newYorkInstant(date, time))
    return [...new Set(quotes.map(({ expiration }) => expiration))]
  }

  it('are Fridays, third Fridays, and months in the years ahead', () => {
    const dates = expirationsAt('KO', '2025-06-09')
    expect(dates.slice(0, 3)).toEqual(['2025-06-13', '2025-06-20', '2025-06-27'])
    expect(dates).toContain('2025-09-19')
    expect(dates).toContain('2027-01-15')
    expect(dates).toEqual([...dates].sort())
  })

  it.each([
    ['2025-06-30', '2025-07-03', 'Independence Day is a Friday'],
    ['2026-06-29', '2026-07-02', 'Independence Day is kept on a Friday'],
    ['2026-03-30', '2026-04-02', 'Good Friday'],
    ['2027-06-14', '2027-06-17', 'a monthly on the eve of Juneteenth'],
  ])('of the week of %s is %s: %s', (monday, expected) => {
    expect(expirationsAt('KO', monday)[0]).toBe(expected)
  })

  it('are on Mondays and Wednesdays too for the most traded stocks, but not on holidays', () => {
    expect(expirationsAt('META', '2025-05-22').slice(0, 4)).toEqual([
      '2025-05-23',
      '2025-05-28',
      '2025-05-30',
      '2025-06-02',
    ])
  })

  it('are gone when the exchange closes on them, also when that is early', () => {
    expect(expirationsAt('KO', '2025-06-13', '15:59')[0]).toBe('2025-06-13')
    expect(expirationsAt('KO', '2025-06-13', '16:00')[0]).toBe('2025-06-20')
    expect(expirationsAt('KO', '2025-11-28', '12:59')[0]).toBe('2025-11-28')
    expect(expirationsAt('KO', '2025-11-28', '13:00')[0]).toBe('2025-12-05')
  })
})
