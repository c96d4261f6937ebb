import { describe, expect, it } from 'vitest'
import { createDemoProvider } from '../../../server/src/market/demo.ts'
import { demoStocks } from '../../../server/src/market/demo/stocks.ts'
import { MarketDataError } from '../../../server/src/scan/errors.ts'
import type { OptionChain, OptionQuote } from '../../../server/src/scan/model.ts'
import { addDays, newYorkInstant } from '../../../server/src/scan/new-york.ts'
import { defaultCriteria } from '../../support/fakes.ts'

const DAY_MS = 86_400_000
const wednesday = Date.parse('2025-06-11T15:00:00Z')

interface Asked {
  seed?: string
  now?: number
  latencyMs?: number
  signal?: AbortSignal
}

function fetchChain(symbol: string, { seed = 'wheel', now = wednesday, latencyMs = 0, signal }: Asked = {}) {
  const provider = createDemoProvider({ clock: { marketNow: () => now }, seed, latencyMs })
  return provider.fetchChain(symbol, defaultCriteria, signal ?? new AbortController().signal)
}

/** Every stock that answers, and the errors of those that do not. */
async function fetchMarket(asked: Asked = {}): Promise<{ chains: OptionChain[]; errors: unknown[] }> {
  const answers = await Promise.allSettled(demoStocks.map(({ symbol }) => fetchChain(symbol, asked)))
  const chains = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  const errors = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []))
  return { chains, errors }
}

const isAdjusted = ({ root }: OptionQuote) => /\d$/.test(root)

describe('the provider', () => {
  it('says that its quotes are simulated', () => {
    const provider = createDemoProvider({
      clock: { marketNow: () => wednesday },
      seed: 'wheel',
      latencyMs: 0,
    })
    expect(provider).toMatchObject({ name: 'demo', simulated: true, delayMinutes: null })
    expect(provider.description).toBe('Simulated market (not real quotes)')
    expect(provider.unavailable()).toBeNull()
  })

  it('quotes the same market twice, and another one with another seed', async () => {
    const first = await fetchChain('PLTR')
    expect(await fetchChain('PLTR')).toEqual(first)
    expect((await fetchChain('PLTR', { seed: 'other' })).underlyingPrice).not.toBe(first.underlyingPrice)
  })

  it('makes up a stock that is not on its list, the same one each time', async () => {
    const chain = await fetchChain('BRK.B')
    expect(chain).toEqual(await fetchChain('BRK.B'))
    expect(chain.quotes.length).toBeGreaterThan(100)
    expect(new Set(chain.quotes.map(({ root }) => root.replace(/1$/, '')))).toEqual(new Set(['BRKB']))
    expect((await fetchChain('KO')).underlyingPrice).not.toBe(chain.underlyingPrice)
  })

  it.each(['ZZTOP', 'ZZ', 'TOOLONG', 'BRK.BB', 'A1', ''])('does not know %j', async (symbol) => {
    const error = await fetchChain(symbol).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(MarketDataError)
    expect(error).toMatchObject({
      fault: 'UNKNOWN_SYMBOL',
      message: `The simulated market does not list ${symbol}.`,
    })
  })

  it('takes its time, and stops at once when it is told to', async () => {
    const reason = new Error('enough')
    const controller = new AbortController()
    const answer = fetchChain('V', { latencyMs: 60_000, signal: controller.signal })
    controller.abort(reason)
    await expect(answer).rejects.toBe(reason)
    await expect(fetchChain('V', { signal: controller.signal })).rejects.toBe(reason)
  })

  it('answers after about the latency that was asked for', async () => {
    const started = performance.now()
    await fetchChain('V', { latencyMs: 50 })
    expect(performance.now() - started).toBeGreaterThanOrEqual(19)
  })
})

describe('the price', () => {
  const priceOf = async (symbol: string, now: number) =>
    (await fetchChain(symbol, { now })).underlyingPrice ?? 0

  it('moves through the day, without jumps, not even at midnight', async () => {
    const start = newYorkInstant('2025-06-10', '20:00')
    const prices: number[] = []
    for (let minute = 0; minute < 8 * 60; minute += 5)
      prices.push(await priceOf('KO', start + minute * 60_000))
    expect(new Set(prices).size).toBeGreaterThan(20)
    prices.reduce((last, price) => {
      expect(Math.abs(price / last - 1)).toBeLessThan(0.004)
      return price
    })
  })

  it('stays within 12 percent of its base, over years', async () => {
    const prices: number[] = []
    for (let week = 0; week < 200; week += 4)
      prices.push(await priceOf('HOT', wednesday + week * 7.3 * DAY_MS))
    expect(Math.max(...prices) / Math.min(...prices)).toBeLessThan(1.12 / 0.88)
    expect(Math.max(...prices) / Math.min(...prices)).toBeGreaterThan(1.02)
  })
})

describe('failures', () => {
  it('happen to one stock at most, on purpose, and not always', async () => {
    const messages: string[] = []
    for (let hour = 0; hour < 12; hour += 1) {
      const { errors } = await fetchMarket({ now: wednesday + hour * 3_600_000 })
      expect(errors.length).toBeLessThanOrEqual(1)
      for (const error of errors) {
        expect(error).toBeInstanceOf(MarketDataError)
        messages.push((error as MarketDataError).message)
      }
    }
    expect(messages.length).toBeGreaterThan(0)
    expect(messages.length).toBeLessThan(12)
    for (const message of messages) expect(message).toMatch(/^The simulated market .* on purpose/)
  })
})

describe('a scan with the default criteria', () => {
  const daysTo = (today: string, expiration: string) => (Date.parse(expiration) - Date.parse(today)) / DAY_MS

  /** Written apart from the scanner's own screening. */
  function isWorthSelling(quote: OptionQuote, today: string, spot: number): boolean {
    const { side, strike, bid, delta, expiration } = quote
    if (side !== 'PUT' || isAdjusted(quote) || strike >= spot || !bid || !delta || delta < -0.2) return false
    const days = daysTo(today, expiration)
    return days >= 1 && days <= 28 && (bid / strike) * (365 / days) >= 0.3
  }

  async function scan(seed: string, date: string, time: string) {
    const { chains } = await fetchMarket({ seed, now: newYorkInstant(date, time) })
    const ratings: string[] = []
    for (const { symbol, quotes, underlyingPrice } of chains) {
      const kept = quotes.filter((quote) => isWorthSelling(quote, date, underlyingPrice ?? 0))
      if (kept.length === 0) continue
      const stock = demoStocks.find((stock) => stock.symbol === symbol)
      const value = stock?.preferredModel === 'EPS' ? stock.intrinsicValueEps : stock?.intrinsicValueFcf
      if (value == null) ratings.push('UNKNOWN')
      else ratings.push(kept.some(({ strike }) => strike <= value) ? 'GOOD' : 'HIGH')
    }
    const count = (rating: string) => ratings.filter((other) => other === rating).length
    return { kept: ratings.length, good: count('GOOD'), high: count('HIGH'), unknown: count('UNKNOWN') }
  }

  // Each begins a week: an ordinary one, Thanksgiving, Christmas, Good Friday, Independence Day on a Friday.
  it.each(['2025-06-09', '2025-11-24', '2024-12-23', '2026-03-30', '2025-06-30', '2030-01-14'])(
    'keeps 8 to 15 of the 26 stocks, with every rating, in the week of %s',
    async (monday) => {
      const surprises: string[] = []
      for (let day = 0; day < 7; day += 1) {
        for (const time of ['00:00', '23:59']) {
          const date = addDays(monday, day)
          const { kept, good, high, unknown } = await scan(day % 2 === 0 ? 'wheel' : monday, date, time)
          if (kept < 8 || kept > 15 || Math.min(good, high, unknown) < 1) {
            surprises.push(`${date} ${time}: ${kept} kept, ${good} GOOD, ${high} HIGH, ${unknown} UNKNOWN`)
          }
        }
      }
      expect(surprises).toEqual([])
    },
  )
})

describe('the stocks', () => {
  it('are 26, sorted, with values above 0', () => {
    const symbols = demoStocks.map(({ symbol }) => symbol)
    expect(symbols).toEqual([...symbols].sort())
    expect(new Set(symbols).size).toBe(26)
    for (const { name, intrinsicValueEps, intrinsicValueFcf } of demoStocks) {
      expect(name.length).toBeGreaterThan(2)
      for (const value of [intrinsicValueEps, intrinsicValueFcf])
        if (value !== null) expect(value).toBeGreaterThan(0)
    }
  })
})
