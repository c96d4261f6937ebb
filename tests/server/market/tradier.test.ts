import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createTradierProvider, type TradierOptions } from '../../../server/src/market/tradier.ts'
import { readChain, readExpirations, readStockPrice } from '../../../server/src/market/tradier/answers.ts'
import { MarketDataError } from '../../../server/src/scan/errors.ts'
import type { OptionChain } from '../../../server/src/scan/model.ts'
import { everythingIn } from '../../support/errors.ts'
import { recordingsDir } from '../../support/recordings.ts'
import { fault, startTradierServer, tradierRow, type TradierServer } from '../../support/tradier-server.ts'
import { defaultCriteria } from '../../support/fakes.ts'

const token = 't0k-3n.secret'
const unreadable = 'Tradier answered in a form that we cannot read.'

let server: TradierServer
let marketNow: number
beforeEach(async () => {
  server = await startTradierServer(token)
  marketNow = Date.parse('2025-06-06T19:30:00Z')
})
afterEach(() => server.close())

function provider(options: Partial<TradierOptions> = {}) {
  const clock = { now: () => Date.now(), marketNow: () => marketNow }
  const sleep = async () => undefined
  return createTradierProvider({ token, baseUrl: server.baseUrl, clock, sleep, ...options })
}

function fetchChain(symbol = 'XYZ', from = provider()): Promise<OptionChain> {
  return from.fetchChain(symbol, defaultCriteria, new AbortController().signal)
}

async function failure(request: Promise<unknown>): Promise<MarketDataError> {
  const error = await request.catch((reason: unknown) => reason)
  if (!(error instanceof MarketDataError)) throw new Error(`not a MarketDataError: ${String(error)}`)
  return error
}

const refused = (read: () => unknown) => failure(Promise.resolve().then(read))
const readRow = (symbol: string, row: Record<string, unknown> = {}) =>
  readChain('XYZ', { options: { option: [tradierRow('XYZ250620P00050000'), tradierRow(symbol, row)] } })
    .quotes[1]

describe('the provider', () => {
  it('says who it is, how late, and what it may be asked', () => {
    expect(provider({ baseUrl: 'https://api.tradier.com' })).toMatchObject({
      name: 'tradier',
      description: 'Tradier, real time',
      simulated: false,
      delayMinutes: 0,
      limits: { perSecond: null, perMinute: 120, perDay: null, concurrent: null },
    })
    expect(provider({ baseUrl: 'https://sandbox.tradier.com' })).toMatchObject({
      description: 'Tradier (sandbox), delayed 15 minutes',
      delayMinutes: 15,
      limits: { perMinute: 60 },
    })
    expect(provider().unavailable()).toBeNull()
  })

  it('asks for the dates, the price, and one chain for each date of the scan', async () => {
    const dates = ['250606', '250607', '250613', '250620', '250704', '250705', '250718']
    server.serve(
      'XYZ',
      dates.map((date) => tradierRow(`XYZ${date}P00095000`)),
      99.5,
    )
    const chain = await fetchChain()
    expect(chain.quotes.map((quote) => quote.expiration)).toEqual([
      '2025-06-07',
      '2025-06-13',
      '2025-06-20',
      '2025-07-04',
    ])
    expect(chain).toMatchObject({
      symbol: 'XYZ',
      source: 'tradier',
      delayMinutes: 0,
      underlyingPrice: 99.5,
      quotedAt: '2025-06-06T19:59:58.000Z',
      badRows: 0,
    })
    const [first, second, third] = server.seen
    expect([first?.path, first?.query['includeAllRoots']]).toEqual([
      '/v1/markets/options/expirations',
      'true',
    ])
    expect(second?.path).toBe('/v1/markets/quotes')
    expect([third?.path, third?.query]).toEqual([
      '/v1/markets/options/chains',
      { symbol: 'XYZ', expiration: '2025-06-07', greeks: 'true' },
    ])
    expect(server.seen).toHaveLength(6)
    expect(provider().costOf(1, defaultCriteria).requests).toBeGreaterThanOrEqual(6)
  })

  it('tells beforehand how many requests a scan takes at most', () => {
    // 20 weekdays from 2025-06-07 to 2025-07-04; the exchange is closed on two of them.
    expect(provider().costOf(2, defaultCriteria)).toEqual({ requests: 2 * (2 + 18), credits: null })
  })

  it('writes symbols the way of the vendor', async () => {
    server.serve('BRK/B', [tradierRow('BRKB250620P00095000', { underlying: 'BRK/B' })])
    server.serve('SPX', [tradierRow('SPXW250620P00095000', { underlying: 'SPX' })])
    expect((await fetchChain('BRK.B')).quotes[0]?.root).toBe('BRKB')
    expect(await fetchChain('_SPX')).toMatchObject({ symbol: '_SPX', quotes: [{ root: 'SPXW' }] })
  })

  it('shows its token in one header, and asks for JSON', async () => {
    server.serve('XYZ', [tradierRow('XYZ250620P00095000')])
    await fetchChain()
    for (const { path, query, headers } of server.seen) {
      expect([headers.authorization, headers.accept]).toEqual([`Bearer ${token}`, 'application/json'])
      expect(path + JSON.stringify(query)).not.toContain(token)
    }
    expect(() => provider({ token: '' })).toThrow(/^TRADIER_TOKEN is empty or holds/)
  })

  it('hands each request to a limiter, and the headers of each answer', async () => {
    server.serve('XYZ', [tradierRow('XYZ250613P00095000'), tradierRow('XYZ250620P00095000')])
    const available: number[] = []
    let admitted = 0
    const admit = async () => void (admitted += 1)
    const onHeaders = (headers: Headers) => void available.push(Number(headers.get('x-ratelimit-available')))
    await fetchChain('XYZ', provider({ admit, onHeaders }))
    expect([admitted, new Set(available)]).toEqual([4, new Set([59, 58, 57, 56])])
  })

  const dates = ['250609', '250610', '250611', '250612', '250613', '250616', '250617', '250618', '250620']
  const daily = () => dates.map((date) => tradierRow(`XYZ${date}P00095000`))

  it('asks for three dates at a time', async () => {
    server.serve('XYZ', daily())
    let atOnce = 0
    let most = 0
    const admit = async () => void (most = Math.max(most, (atOnce += 1)))
    const onHeaders = () => void (atOnce -= 1)
    expect((await fetchChain('XYZ', provider({ admit, onHeaders }))).quotes).toHaveLength(dates.length)
    expect(most).toBe(3)
  })

  it('sends no further request once one has failed', async () => {
    server.serve('XYZ', daily())
    server.serveChain('XYZ', '2025-06-09', { options: 'none of your business' })
    expect((await failure(fetchChain())).message).toBe(unreadable)
    expect(server.seen.length).toBeLessThan(2 + dates.length)
  })

  it('sends no further request once the caller has given up', async () => {
    server.serve('XYZ', daily())
    const reason = new Error('the scan was cancelled')
    const stop = new AbortController()
    const admit = async () => (server.seen.length > 2 ? stop.abort(reason) : undefined)
    await expect(provider({ admit }).fetchChain('XYZ', defaultCriteria, stop.signal)).rejects.toBe(reason)
    expect(server.seen.length).toBeLessThan(2 + dates.length)
  })
})

describe('one, many or none', () => {
  it('of expirations', () => {
    expect(readExpirations({ expirations: { date: '2025-06-20' } })).toEqual(['2025-06-20'])
    expect(readExpirations({ expirations: { date: ['2025-06-20', '2025-06-13', '2025-06-20'] } })).toEqual([
      '2025-06-13',
      '2025-06-20',
    ])
    expect(
      readExpirations({ expirations: { expiration: { date: '2025-06-20', contract_size: 100 } } }),
    ).toEqual(['2025-06-20'])
    expect(readExpirations({ expirations: null })).toEqual([])
  })

  it('of contracts', () => {
    const row = tradierRow('XYZ250620P00095000')
    expect(readChain('XYZ', { options: { option: row } }).quotes).toHaveLength(1)
    expect(
      readChain('XYZ', { options: { option: [row, tradierRow('XYZ250620P00096000')] } }).quotes,
    ).toHaveLength(2)
    expect(readChain('XYZ', { options: null })).toEqual({ quotes: [], rows: 0 })
  })

  it('of stocks', () => {
    const quote = { symbol: 'XYZ', last: 99.5 }
    expect(readStockPrice('XYZ', { quotes: { quote } })).toBe(99.5)
    expect(readStockPrice('XYZ', { quotes: { quote: [{ symbol: 'ABC', last: 1 }, quote] } })).toBe(99.5)
    for (const none of [
      { quotes: null },
      { quotes: { unmatched_symbols: { symbol: 'XYZ' } } },
      { quotes: { quote: { symbol: 'ABC', last: 1 } } },
      { quotes: { quote: { symbol: 'XYZ', last: null } } },
      { quotes: { quote: { symbol: 'XYZ', last: 0 } } },
    ]) {
      expect(readStockPrice('XYZ', none)).toBeNull()
    }
  })

  it('of anything else is no answer', async () => {
    for (const payload of [null, 'text', [], {}, { options: 'null' }, { options: { option: ['XYZ'] } }]) {
      expect((await refused(() => readChain('XYZ', payload))).message).toBe(unreadable)
    }
    for (const payload of [null, {}, { expirations: [] }, { expirations: { date: ['2025-06-31'] } }]) {
      expect((await refused(() => readExpirations(payload))).message).toBe(unreadable)
    }
    for (const payload of [null, {}, { quotes: { quote: { symbol: 'XYZ', last: '99' } } }]) {
      expect((await refused(() => readStockPrice('XYZ', payload))).message).toBe(unreadable)
    }
  })
})

describe('a contract', () => {
  it('keeps zeros as zeros and nulls as nulls', () => {
    const zeros = { bid: 0, open_interest: 0, volume: 0, greeks: { delta: 0, mid_iv: 2.4, smv_vol: 0.2 } }
    expect(readRow('XYZ250620P00095000', zeros)).toEqual({
      occSymbol: 'XYZ250620P00095000',
      root: 'XYZ',
      side: 'PUT',
      expiration: '2025-06-20',
      strike: 95,
      bid: 0,
      ask: 1.26,
      delta: 0,
      impliedVolatility: 2.4,
      openInterest: 0,
      volume: 0,
      quotedAt: '2025-06-06T19:59:58.000Z',
    })
    const nulls = { bid: null, ask: null, open_interest: null, volume: null, greeks: null, bid_date: null }
    expect(readRow('XYZ250620C00095000', nulls)).toMatchObject({
      side: 'CALL',
      bid: null,
      ask: null,
      delta: null,
      impliedVolatility: null,
      openInterest: null,
      volume: null,
      quotedAt: null,
    })
  })

  it.each([
    [{ mid_iv: 0.35, smv_vol: 0.2 }, 0.35],
    [{ mid_iv: 0, smv_vol: 0.2 }, 0.2],
    [{ smv_vol: 0.2 }, 0.2],
    [{ mid_iv: 0, smv_vol: 0 }, null],
  ])('with greeks %j has a volatility of %s', (greeks, volatility) => {
    expect(readRow('XYZ250620P00095000', { greeks })?.impliedVolatility).toBe(volatility)
  })

  it('is as old as the older side of its quote', () => {
    const at = (bid_date: number, ask_date: number) =>
      readRow('XYZ250620P00095000', { bid_date, ask_date })?.quotedAt
    expect(at(1_749_239_999_000, 1_749_239_000_000)).toBe('2025-06-06T19:43:20.000Z')
    expect(at(0, 1_749_239_000_000)).toBeNull()
  })

  it('of another deliverable keeps its root, and says so only by it', () => {
    expect(readRow('XYZ1250620P00095000', { contract_size: 150 })).toMatchObject({ root: 'XYZ1' })
    expect(readRow('XYZ250620P00095000', { contract_size: 10 })).toBeUndefined()
  })

  it('that contradicts itself, or comes twice, is a bad row', async () => {
    const rows = [
      tradierRow('XYZ250620P00095000'),
      tradierRow('XYZ250620P00095000', { bid: 9 }),
      tradierRow('XYZ250620P00090000', { option_type: 'call' }),
      tradierRow('XYZ250620P00091000', { strike: 19 }),
      tradierRow('XYZ250620P00092000', { root_symbol: 'XYZ1' }),
      tradierRow('XYZ250620P00093000', { ask: -1 }),
      tradierRow('XYZ250613P00094000', { expiration_date: '2025-06-20' }),
    ]
    server.serve('XYZ', rows)
    const chain = await fetchChain()
    expect(chain.quotes.map((quote) => [quote.occSymbol, quote.bid])).toEqual([['XYZ250620P00095000', 1.2]])
    expect(chain.badRows).toBe(6)
  })

  it('of another stock makes the answer one for another symbol', async () => {
    const option = tradierRow('ABC250620P00095000', { underlying: 'ABC' })
    expect((await refused(() => readChain('XYZ', { options: { option } }))).message).toBe(
      'Tradier was asked for XYZ and answered for another symbol.',
    )
  })
})

describe('a vendor that does not send a chain', () => {
  it('has none to send', async () => {
    const error = await failure(fetchChain('NOPE'))
    expect([error.fault, error.message]).toEqual([
      'UNKNOWN_SYMBOL',
      'Tradier lists no options of NOPE, or does not know the symbol.',
    ])
    expect(server.seen).toHaveLength(1)
  })

  it('has no contract in the days of the scan', async () => {
    server.serve('XYZ', [tradierRow('XYZ251219P00095000')])
    expect(await fetchChain()).toMatchObject({ underlyingPrice: 100, quotedAt: null, quotes: [], badRows: 0 })
  })

  it.each([
    [400, 'Invalid parameter, symbol', 'Tradier did not understand the request for XYZ.'],
    [
      401,
      fault('keymanagement.service.invalid_access_token'),
      'Tradier did not accept the token: see TRADIER_TOKEN.',
    ],
    [403, 'Forbidden', 'Tradier does not let this token read market data: see TRADIER_TOKEN.'],
  ])('is not asked again after %i', async (status, body, message) => {
    server.next({ status, body })
    const error = await failure(fetchChain())
    expect([error.fault, error.message]).toEqual(['UNAVAILABLE', message])
    expect(server.seen).toHaveLength(1)
  })

  it('is asked again when it had too many requests', async () => {
    server.serve('XYZ', [tradierRow('XYZ250620P00095000')])
    const violated = { status: 429, body: fault('policies.ratelimit.QuotaViolation') }
    server.next(violated)
    expect((await fetchChain()).quotes).toHaveLength(1)
    server.next(violated, violated, violated)
    const error = await failure(fetchChain())
    expect([error.fault, error.message]).toEqual([
      'RATE_LIMITED',
      'Tradier is limiting requests; try again in a few minutes.',
    ])
  })

  it('promises data, and sends an error or XML', async () => {
    for (const body of [fault('steps.quota.Exceeded'), { errors: { error: 'Backend error' } }]) {
      server.next({ status: 200, body })
      expect((await failure(fetchChain())).message).toBe('Tradier answered with an error instead of data.')
    }
    server.next({ status: 200, body: '<?xml version="1.0"?><expirations/>' })
    expect((await failure(fetchChain())).message).toBe('Tradier answered with a web page instead of data.')
  })
})

describe('the token', () => {
  it('is in no message and no cause, whatever happens', async () => {
    const bodies = [
      token,
      `<html>${token}`,
      { fault: token },
      { expirations: { date: token } },
      { quotes: token },
    ]
    for (const status of [200, 302, 400, 401, 403, 404, 429, 500]) {
      for (const body of bodies) {
        const headers = status === 302 ? { location: `https://elsewhere.test/?token=${token}` } : {}
        server.next(...Array.from({ length: 3 }, () => ({ status, body, headers })))
        expect(everythingIn(await failure(fetchChain()))).not.toContain(token)
        server.behave()
      }
    }
    server.serve('XYZ', [tradierRow('XYZ250620P00095000', { expiration_type: token, root_symbol: token })])
    expect(everythingIn(await failure(fetchChain()))).not.toContain(token)
  })
})

describe.skipIf(recordingsDir() === null)('the recorded answers', () => {
  const recorded = (file: string): unknown =>
    JSON.parse(readFileSync(resolve(recordingsDir() ?? '', 'tradier', `${file}.json`), 'utf8'))

  it('of a token that is not one are told in a sentence, whatever the status', async () => {
    const body = recorded('error_401_fault')
    server.next({ status: 401, body })
    expect((await failure(fetchChain())).message).toBe('Tradier did not accept the token: see TRADIER_TOKEN.')
    server.next({ status: 200, body })
    expect((await failure(fetchChain())).message).toBe('Tradier answered with an error instead of data.')
  })

  it('of an unknown symbol, and of nothing listed, are empty', async () => {
    expect(readExpirations(recorded('options_expirations_unknown_symbol'))).toEqual([])
    expect(readChain('XYZ', recorded('options_chains_nothing_listed'))).toEqual({ quotes: [], rows: 0 })
  })

  it('of expirations are those of the calendar, holidays and all', () => {
    const dates = readExpirations(recorded('options_expirations_SPY_2026-10-01'))
    expect(dates).toHaveLength(33)
    expect([dates[0], dates.at(-1)]).toEqual(['2026-10-02', '2029-01-19'])
  })

  // symbol, file, contracts, roots, oldest and newest quote
  it.each([
    ['PLTR', 'PLTR_2025-11-28', 102, 'PLTR', '2025-10-31T15:41:46.000Z', '2025-10-31T19:59:59.000Z'],
    [
      'SPX',
      'SPX_2026-10-16_trimmed4_two-roots',
      4,
      'SPX+SPXW',
      '2026-10-02T01:38:12.000Z',
      '2026-10-02T01:38:26.000Z',
    ],
    ['SPY', 'SPY_2026-10-02_trimmed9', 9, 'SPY', '2026-10-01T20:14:35.000Z', '2026-10-01T20:15:00.000Z'],
  ])('of %s (%s) are read whole', (symbol, file, contracts, roots, oldest, newest) => {
    const { quotes, rows } = readChain(symbol, recorded(`options_chains_${file}`))
    const times = quotes.map((quote) => quote.quotedAt ?? 'none').sort()
    expect([rows, quotes.length, new Set(quotes.map((quote) => quote.occSymbol)).size]).toEqual([
      contracts,
      contracts,
      contracts,
    ])
    expect([...new Set(quotes.map((quote) => quote.root))].sort().join('+')).toBe(roots)
    expect([times[0], times.at(-1)]).toEqual([oldest, newest])
    expect(quotes.every((quote) => quote.delta !== null && (quote.impliedVolatility ?? 0) > 0)).toBe(true)
  })

  it('make a whole ticker', async () => {
    marketNow = Date.parse('2025-10-31T20:00:00Z')
    const { options } = recorded('options_chains_PLTR_2025-11-28') as { options: unknown }
    server.serve('PLTR', [tradierRow('PLTR251128P00095000', { underlying: 'PLTR' })], 200.47)
    server.serveChain('PLTR', '2025-11-28', { options })
    const chain = await fetchChain('PLTR')
    expect([chain.quotes.length, chain.underlyingPrice]).toEqual([102, 200.47])
  })
})
