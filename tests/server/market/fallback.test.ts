import { describe, expect, it } from 'vitest'
import { createFallback } from '../../../server/src/market/fallback.ts'
import type { MarketDataProvider } from '../../../server/src/market/provider.ts'
import { MarketDataError, type MarketDataFault } from '../../../server/src/scan/errors.ts'
import { defaultCriteria, chain } from '../../support/fakes.ts'

const patient = new AbortController().signal

function provider(name: string, fields: Partial<MarketDataProvider> = {}): MarketDataProvider {
  return {
    name,
    description: `${name}, delayed 15 minutes`,
    simulated: false,
    delayMinutes: 15,
    limits: { perSecond: null, perMinute: null, perDay: null, concurrent: null },
    costOf: (symbols) => ({ requests: symbols, credits: null }),
    unavailable: () => null,
    fetchChain: async (symbol) => chain(symbol, { source: name, delayMinutes: 15 }),
    ...fields,
  }
}

function failing(name: string, fault: MarketDataFault): MarketDataProvider {
  const error = new MarketDataError(fault, `${name} failed.`)
  return provider(name, { fetchChain: () => Promise.reject(error) })
}

async function failureOf(...providers: MarketDataProvider[]): Promise<string> {
  const error: unknown = await createFallback(providers)
    .fetchChain('XYZ', defaultCriteria, patient)
    .then(
      () => undefined,
      (reason: unknown) => reason,
    )
  return error instanceof MarketDataError ? `${error.fault}: ${error.message}` : String(error)
}

describe('a list of providers', () => {
  it('asks the first, and the next only for what the first cannot give', async () => {
    const asked: string[] = []
    const first = provider('first', {
      async fetchChain(symbol) {
        asked.push(`first ${symbol}`)
        if (symbol === 'BBB') throw new MarketDataError('UNKNOWN_SYMBOL', 'first does not know BBB.')
        return chain(symbol, { source: 'first', delayMinutes: 0 })
      },
    })
    const second = provider('second', {
      async fetchChain(symbol) {
        asked.push(`second ${symbol}`)
        return chain(symbol, { source: 'second', delayMinutes: 15 })
      },
    })
    const both = createFallback([first, second])
    const [a, b] = [
      await both.fetchChain('AAA', defaultCriteria, patient),
      await both.fetchChain('BBB', defaultCriteria, patient),
    ]
    expect([a.source, a.delayMinutes]).toEqual(['first', 0])
    expect([b.source, b.delayMinutes]).toEqual(['second', 15])
    expect(asked).toEqual(['first AAA', 'first BBB', 'second BBB'])
  })

  it('asks the next when a chain comes without a stock price', async () => {
    const priceless = provider('first', {
      fetchChain: async (symbol) => chain(symbol, { underlyingPrice: null }),
    })
    const both = createFallback([priceless, provider('second')])
    expect((await both.fetchChain('XYZ', defaultCriteria, patient)).source).toBe('second')
    expect(await failureOf(priceless, failing('second', 'TIMED_OUT'))).toBe(
      'TIMED_OUT: XYZ came without a stock price from first. second failed.',
    )
  })

  it('says what each of them said when all fail', async () => {
    expect(await failureOf(failing('a', 'UNKNOWN_SYMBOL'), failing('b', 'UNAVAILABLE'))).toBe(
      'UNAVAILABLE: a failed. b failed.',
    )
    expect(await failureOf(failing('a', 'TIMED_OUT'))).toBe('TIMED_OUT: a failed.')
  })

  it('has spent its budget only when it is spent at all of them', async () => {
    expect(await failureOf(failing('a', 'BUDGET_SPENT'), failing('b', 'BUDGET_SPENT'))).toMatch(
      /^BUDGET_SPENT/,
    )
    expect(await failureOf(failing('a', 'TIMED_OUT'), failing('b', 'BUDGET_SPENT'))).toMatch(/^TIMED_OUT/)
    expect(await failureOf(failing('a', 'BUDGET_SPENT'), provider('b'))).toBe('undefined')
  })

  it('asks nobody further once the caller has given up, and hides no bug', async () => {
    const caller = new AbortController()
    const reason = new Error('cancelled')
    const leaving = provider('first', {
      async fetchChain() {
        caller.abort(reason)
        throw new MarketDataError('UNAVAILABLE', 'first failed.')
      },
    })
    let asked = false
    const second = provider('second', {
      async fetchChain(symbol) {
        asked = true
        return chain(symbol)
      },
    })
    const request = createFallback([leaving, second]).fetchChain('XYZ', defaultCriteria, caller.signal)
    await expect(request).rejects.toBe(reason)
    const broken = provider('first', { fetchChain: () => Promise.reject(new TypeError('a bug')) })
    expect(await failureOf(broken, second)).toBe('TypeError: a bug')
    expect(asked).toBe(false)
  })

  it('introduces itself as all of them, in order', () => {
    const both = createFallback([provider('first', { simulated: true }), provider('second')])
    expect(both).toMatchObject({ name: 'first+second', sources: ['first', 'second'], simulated: false })
    expect(both.description).toBe('first, delayed 15 minutes; then second, delayed 15 minutes')
    expect(createFallback([provider('only')])).toMatchObject({ name: 'only', sources: ['only'] })
  })

  it('is unavailable only when every one of them is', () => {
    const away = (name: string) => provider(name, { unavailable: () => `${name} rests.` })
    expect(createFallback([away('a'), provider('b')]).unavailable()).toBeNull()
    expect(createFallback([away('a'), away('b')]).unavailable()).toBe('a rests. b rests.')
  })

  it('forecasts what the first that can be asked will take', async () => {
    const costly = provider('costly', {
      limits: { perSecond: 5, perMinute: 50, perDay: 900, concurrent: 2 },
      costOf: (symbols) => ({ requests: symbols, credits: symbols * 30 }),
      budgetRemaining: async () => 700,
    })
    expect(await createFallback([costly, provider('free')]).forecast(4, defaultCriteria)).toEqual({
      provider: 'costly',
      fallbacks: ['free'],
      requests: 4,
      credits: 120,
      limits: { perSecond: 5, perMinute: 50, concurrent: 2 },
      budgetRemaining: 700,
    })
    const spent = { ...costly, unavailable: () => 'spent' }
    expect(await createFallback([spent, provider('free')]).forecast(4, defaultCriteria)).toMatchObject({
      provider: 'free',
      fallbacks: [],
      credits: null,
      budgetRemaining: null,
    })
  })
})
