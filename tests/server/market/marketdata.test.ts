import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createMarketDataAppProvider,
  type MarketDataAppOptions,
} from '../../../server/src/market/marketdata.ts'
import { readMarketDataChain } from '../../../server/src/market/marketdata/chain.ts'
import { MarketDataError } from '../../../server/src/scan/errors.ts'
import type { OptionChain } from '../../../server/src/scan/model.ts'
import {
  creditsReset,
  marketDataBody,
  marketDataRow,
  startMarketDataServer,
  type MarketDataServer,
} from '../../support/marketdata-server.ts'
import { everythingIn } from '../../support/errors.ts'
import { readRawCboe } from '../../support/raw-cboe.ts'
import { recordedChain, recordingsDir } from '../../support/recordings.ts'
import { defaultCriteria } from '../../support/fakes.ts'

const token = 't0k-3n.secret'
const june6 = Date.parse('2025-06-06T19:45:00Z')

let server: MarketDataServer
let now: number
beforeEach(async () => {
  server = await startMarketDataServer()
  now = june6
})
afterEach(() => server.close())

function provider(options: Partial<MarketDataAppOptions> = {}) {
  const clock = { now: () => now, marketNow: () => june6 }
  const sleep = async () => undefined
  return createMarketDataAppProvider({ token, baseUrl: server.baseUrl, clock, sleep, ...options })
}

function fetchChain(symbol = 'XYZ', from = provider()): Promise<OptionChain> {
  return from.fetchChain(symbol, defaultCriteria, new AbortController().signal)
}

async function failure(request: Promise<unknown>): Promise<MarketDataError> {
  const error = await request.catch((reason: unknown) => reason)
  if (!(error instanceof MarketDataError)) throw new Error(`not a MarketDataError: ${String(error)}`)
  return error
}

const read = (rows: Parameters<typeof marketDataBody>[0]) =>
  readMarketDataChain('XYZ', marketDataBody(rows), 15)
const faultOf = (payload: unknown) =>
  failure(Promise.resolve().then(() => readMarketDataChain('XYZ', payload, 15)))

describe('the provider', () => {
  it('says who it is, how late, and what it may be asked', () => {
    expect(provider()).toMatchObject({
      name: 'marketdata',
      description: 'marketdata.app, delayed 24 hours',
      simulated: false,
      delayMinutes: 1440,
      limits: { perSecond: null, perMinute: null, perDay: 100, concurrent: 50 },
    })
    expect(provider({ plan: 'starter' })).toMatchObject({
      description: 'marketdata.app, delayed 15 minutes',
      limits: { perDay: 10_000 },
    })
    expect(provider({ plan: 'trader', delayMinutes: 0 }).description).toBe('marketdata.app, real time')
    expect(provider().unavailable()).toBeNull()
  })

  it('asks for the side and the days of the scan, out of the money, and leaves the rest to screening', async () => {
    server.serve('XYZ', [marketDataRow('XYZ250620P00095000')])
    await fetchChain()
    expect(server.seen[0]?.path).toBe('/v1/options/chain/XYZ/')
    expect(server.seen[0]?.query).toEqual({
      side: 'put',
      from: '2025-06-07',
      to: '2025-07-05',
      range: 'otm',
      limit: '50000',
    })
  })

  it('gets the last day of the window, whichever way the vendor means its `to`', async () => {
    server.serve('XYZ', [
      marketDataRow('XYZ250606P00095000'),
      marketDataRow('XYZ250607P00095000'),
      marketDataRow('XYZ250704P00095000'),
      marketDataRow('XYZ250705P00095000'),
      marketDataRow('XYZ250620C00105000'),
      marketDataRow('XYZ250620P00105000'),
    ])
    const { quotes } = await fetchChain()
    expect(quotes.map((quote) => quote.occSymbol)).toEqual(['XYZ250607P00095000', 'XYZ250704P00095000'])
  })

  it('writes symbols the way of the vendor', async () => {
    server.serve('BRK.B', [marketDataRow('BRKB250620P00095000', { underlying: 'BRK.B' })])
    server.serve('SPX', [marketDataRow('SPXW250620P00095000', { underlying: 'SPX' })])
    expect((await fetchChain('BRK-B')).quotes[0]?.root).toBe('BRKB')
    expect((await fetchChain('_SPX')).quotes[0]?.root).toBe('SPXW')
  })

  it('shows its token in one header, and only if it has one', async () => {
    server.serve('XYZ', [marketDataRow('XYZ250620P00095000')])
    await fetchChain()
    await fetchChain('XYZ', provider({ token: null }))
    const [withToken, without] = server.seen
    expect(withToken?.headers.authorization).toBe(`Bearer ${token}`)
    expect(JSON.stringify([withToken?.path, withToken?.query])).not.toContain(token)
    expect(without?.headers.authorization).toBeUndefined()
    expect(() => provider({ token: 'two\nlines' })).toThrow(/^MARKETDATA_TOKEN is empty or holds/)
  })

  it('tells beforehand what a scan costs at most', () => {
    // 20 weekdays from 2025-06-07 to 2025-07-05; the exchange is closed on Juneteenth and the 4th of July.
    expect(provider().costOf(1, defaultCriteria)).toEqual({ requests: 1, credits: 200 + 70 * 18 })
    expect(provider().costOf(3, defaultCriteria)).toEqual({ requests: 3, credits: 3 * (200 + 70 * 18) })
  })

  it('hands its requests to a limiter, and the headers of the answers', async () => {
    server.serve('XYZ', [marketDataRow('XYZ250620P00095000')])
    const remaining: (string | null)[] = []
    let admitted = 0
    const limited = provider({
      admit: async () => void (admitted += 1),
      onHeaders: (headers) => void remaining.push(headers.get('x-api-ratelimit-remaining')),
    })
    await fetchChain('XYZ', limited)
    server.next({ status: 503, body: '', headers: { 'x-api-ratelimit-remaining': '7' } })
    await fetchChain('XYZ', limited)
    expect([admitted, remaining]).toEqual([3, ['9999', '7', '9998']])
  })
})

describe('a chain', () => {
  it('keeps zeros as zeros and nulls as nulls', () => {
    const nothing = {
      bid: null,
      ask: null,
      iv: null,
      delta: null,
      openInterest: null,
      volume: null,
      updated: null,
    }
    const chain = read([
      marketDataRow('XYZ250620P00095000', { bid: 0, iv: 0, delta: 0, openInterest: 0, volume: 0 }),
      marketDataRow('XYZ250620P00096000', nothing),
    ])
    expect(chain?.quotes).toEqual([
      {
        occSymbol: 'XYZ250620P00095000',
        root: 'XYZ',
        side: 'PUT',
        expiration: '2025-06-20',
        strike: 95,
        bid: 0,
        ask: 1.26,
        delta: 0,
        impliedVolatility: 0,
        openInterest: 0,
        volume: 0,
        quotedAt: '2025-06-06T19:44:58.000Z',
      },
      expect.objectContaining({
        bid: null,
        ask: null,
        delta: null,
        impliedVolatility: null,
        openInterest: null,
        volume: null,
        quotedAt: null,
      }),
    ])
  })

  it('is as old, and the stock as dear, as its newest row says', () => {
    const older = marketDataRow('XYZ250620P00095000', { updated: 1_749_239_000, underlyingPrice: 99 })
    const newest = marketDataRow('XYZ250620P00096000', { updated: 1_749_239_098, underlyingPrice: 100.5 })
    expect(read([newest, older])).toMatchObject({
      source: 'marketdata',
      delayMinutes: 15,
      underlyingPrice: 100.5,
      quotedAt: '2025-06-06T19:44:58.000Z',
    })
  })

  it('counts rows that contradict themselves or cannot be read', () => {
    const chain = read([
      marketDataRow('XYZ250620P00095000'),
      marketDataRow('XYZ250620P00095000', { bid: 9 }),
      marketDataRow('XYZ250620P00090000', { side: 'call' }),
      marketDataRow('XYZ250620P00091000', { strike: 19 }),
      // 00:00 UTC on the 20th is still the 19th in New York.
      marketDataRow('XYZ250620P00092000', { expiration: Date.parse('2025-06-20T00:00:00Z') / 1000 }),
      marketDataRow('XYZ250620P00093000', { bid: -1 }),
      marketDataRow('XYZ250620P00094000', { delta: 'n/a' }),
      marketDataRow('XYZ250631P00094000'),
    ])
    expect(chain?.quotes.map((quote) => [quote.occSymbol, quote.bid])).toEqual([['XYZ250620P00095000', 1.2]])
    expect(chain?.badRows).toBe(7)
  })

  it('reads an expiration in New York, in winter and in summer, also at 16:15', () => {
    const at = (occSymbol: string, close: string) =>
      marketDataRow(occSymbol, { expiration: Date.parse(close) / 1000 })
    const chain = read([
      at('XYZ250117P00095000', '2025-01-17T21:00:00Z'),
      at('XYZ250620P00095000', '2025-06-20T20:00:00Z'),
      at('XYZ250620P00096000', '2025-06-20T20:15:00Z'),
    ])
    expect(chain?.badRows).toBe(0)
  })

  it('is no chain when its columns have different lengths, whichever they are', async () => {
    const body = marketDataBody([marketDataRow('XYZ250620P00095000'), marketDataRow('XYZ250620P00096000')])
    for (const name of Object.keys(body).filter((key) => key !== 's')) {
      const ragged = { ...body, [name]: [...(body[name] as unknown[]), null] }
      const error = await faultOf(ragged)
      expect([error.fault, error.message]).toEqual([
        'BAD_RESPONSE',
        'marketdata.app answered with columns of different lengths, so its rows cannot be told apart.',
      ])
    }
  })

  it('is no chain in another form, of another symbol, or when it calls itself an error', async () => {
    const unreadable = 'marketdata.app answered in a form that we cannot read.'
    for (const payload of [null, [], 'text', {}, { s: 'ok' }, { s: 'ok', optionSymbol: ['XYZ'], bid: 1.2 }]) {
      expect((await faultOf(payload)).message).toBe(unreadable)
    }
    expect((await faultOf({ s: 'ok', optionSymbol: ['nonsense'] })).message).toBe(unreadable)
    expect(
      (await faultOf(marketDataBody([marketDataRow('ABC250620P00095000', { underlying: 'ABC' })]))).message,
    ).toBe('marketdata.app was asked for XYZ and answered for another symbol.')
    server.serve('XYZ', { s: 'error', errmsg: `Bad token ${token}` })
    expect((await failure(fetchChain())).message).toBe(
      'marketdata.app answered with an error instead of option quotes.',
    )
  })
})

describe('a vendor that does not send a chain', () => {
  it.each([
    [400, 'marketdata.app did not understand the request for XYZ.'],
    [401, 'marketdata.app did not accept the token: see MARKETDATA_TOKEN.'],
    [402, 'The plan at marketdata.app does not include this request.'],
    [
      403,
      'marketdata.app does not answer us for now: it blocks an account for 5 minutes when its IP address changes.',
    ],
    [413, 'marketdata.app has too many options of XYZ to send at once: choose fewer days to expiration.'],
  ])('is not asked again after %i', async (status, message) => {
    server.next({ status, body: { s: 'error', errmsg: `You sent ${token}` } })
    const error = await failure(fetchChain())
    expect([error.fault, error.message]).toEqual(['UNAVAILABLE', message])
    expect(server.seen).toHaveLength(1)
  })

  it('is told apart from one that wants a token first', async () => {
    server.next({ status: 401, body: { s: 'error' } })
    const error = await failure(fetchChain('XYZ', provider({ token: null })))
    expect(error.message).toBe('marketdata.app wants a token for XYZ: set MARKETDATA_TOKEN.')
  })

  it('says with 404 that nothing is listed', async () => {
    const error = await failure(fetchChain('NOPE'))
    expect([error.fault, error.message]).toEqual([
      'UNKNOWN_SYMBOL',
      'marketdata.app lists no out-of-the-money puts of NOPE that expire in 1 to 28 days.',
    ])
    server.serve('XYZ', { s: 'ok', optionSymbol: [] })
    expect((await failure(fetchChain())).fault).toBe('UNKNOWN_SYMBOL')
  })

  it('says with 204 nothing at all', async () => {
    server.next({ status: 204, body: '' })
    expect((await failure(fetchChain())).message).toBe('marketdata.app answered with nothing.')
  })

  it('is asked again when it is in trouble, 509 included, or asked too much at once', async () => {
    server.serve('XYZ', [marketDataRow('XYZ250620P00095000')])
    const tooMany = {
      s: 'error',
      errmsg: 'Too many concurrent requests. Please reduce parallel requests and retry.',
    }
    server.next({ status: 509, body: '' }, { status: 429, body: tooMany })
    expect((await fetchChain()).quotes).toHaveLength(1)
    expect(server.seen).toHaveLength(3)
  })
})

describe('credits', () => {
  const spent = 'marketdata.app: the credits are used up until 2025-06-09 09:30 (New York).'
  const used = { s: 'error', errmsg: 'API credit limit reached for current window.' }

  it('that are used up end the asking until they are renewed', async () => {
    await server.close()
    server = await startMarketDataServer(1)
    server.serve('XYZ', [marketDataRow('XYZ250620P00095000'), marketDataRow('XYZ250620P00096000')])
    const asked = provider()
    await fetchChain('XYZ', asked)
    now = Date.parse('2025-06-08T20:00:00Z')
    expect(asked.unavailable()).toBeNull()
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const error = await failure(fetchChain('XYZ', asked))
      expect([error.fault, error.message]).toEqual(['BUDGET_SPENT', spent])
    }
    expect(server.seen).toHaveLength(2)
    expect(asked.unavailable()).toBe(spent)

    now = creditsReset
    expect(asked.unavailable()).toBeNull()
    server.next({ status: 200, body: marketDataBody([marketDataRow('XYZ250620P00095000')]) })
    expect((await fetchChain('XYZ', asked)).quotes).toHaveLength(1)
  })

  it('are renewed at 9:30 in New York, when the vendor does not say', async () => {
    now = Date.parse('2025-06-08T20:00:00Z')
    server.next({ status: 429, body: used })
    expect((await failure(fetchChain())).message).toBe(spent)
    expect(server.seen).toHaveLength(1)
  })

  it('that are renewed within a minute are waited for', async () => {
    server.serve('XYZ', [marketDataRow('XYZ250620P00095000')])
    const headers = { 'x-api-ratelimit-remaining': '0', 'x-api-ratelimit-reset': String(now / 1000 + 30) }
    server.next({ status: 429, body: used, headers })
    expect((await fetchChain()).quotes).toHaveLength(1)
  })
})

describe('the token', () => {
  it('is in no message, cause or URL, whatever happens', async () => {
    const bodies = [token, `<html>${token}`, `{"s":"error","errmsg":"${token}"}`, `{"s":"${token}"}`]
    for (const status of [200, 302, 400, 401, 402, 403, 404, 413, 429, 500]) {
      for (const body of bodies) {
        const headers = status === 302 ? { location: `https://elsewhere.test/?token=${token}` } : {}
        server.next(...Array.from({ length: 3 }, () => ({ status, body, headers })))
        const error = await failure(fetchChain('XYZ', provider({ attempts: 3 })))
        expect(everythingIn(error)).not.toContain(token)
        server.behave()
      }
    }
    for (const { path, query } of server.seen) expect(path + JSON.stringify(query)).not.toContain(token)
  })
})

describe.skipIf(recordingsDir() === null)('the recorded answers', () => {
  const recorded = (file: string) => readFileSync(resolve(recordingsDir() ?? '', 'marketdata', file))

  it.each([
    [400, '400_invalid_date', 'marketdata.app did not understand the request for AAPL.'],
    [400, '400_invalid_option_symbol', 'marketdata.app did not understand the request for AAPL.'],
    [
      403,
      '403_multiple_ip',
      'marketdata.app does not answer us for now: it blocks an account for 5 minutes when its IP address changes.',
    ],
    [404, '404_error_no_option_found', /^marketdata\.app lists no out-of-the-money puts of AAPL/],
    [404, '404_no_data_market_closed', /^marketdata\.app lists no out-of-the-money puts of AAPL/],
    [404, '404_no_data_nexttime_null', /^marketdata\.app lists no out-of-the-money puts of AAPL/],
    [429, '429_credit_limit', 'marketdata.app: the credits are used up until 2025-06-07 09:30 (New York).'],
    [429, '429_too_many_concurrent', 'marketdata.app is limiting requests; try again in a few minutes.'],
  ])('of %i (%s) are told in a sentence', async (status, file, message) => {
    const answer = { status, body: recorded(`errors/${file}.json`) }
    server.next(answer, answer, answer)
    expect((await failure(fetchChain('AAPL'))).message).toEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    )
  })

  it.each(['options_chain_AAPL_2023-06-16_92', 'options_chain_AAPL_2023-06-16_docs-head_RAGGED'])(
    'of %s are ragged, and refused',
    async (file) => {
      server.serve('AAPL', recorded(`${file}.json`))
      const error = await failure(fetchChain('AAPL'))
      expect(error.message).toContain('columns of different lengths')
    },
  )

  it.each([
    ['SPY', '2025-06-06close', '2025-06-06'],
    ['_RUT', '2025-06-04close', '2025-06-04'],
    ['META', '2025-06-06close', '2025-06-06'],
  ])('of %s at Cboe have no window with more contracts than we say it may cost', (symbol, capture, day) => {
    const { spot, rows } = readRawCboe(JSON.parse(recordedChain(symbol, capture).toString()))
    const clock = { now: () => now, marketNow: () => Date.parse(`${day}T19:45:00Z`) }
    const { costOf } = provider({ clock })
    for (const [side, letter] of [
      ['PUT', 'P'],
      ['CALL', 'C'],
    ] as const) {
      const daysTo = rows.flatMap(({ occ }) => {
        const inTheMoney = Number(occ.slice(-8)) / 1000 > (spot ?? 0) === (letter === 'P')
        if (occ.at(-9) !== letter || inTheMoney) return []
        const date = occ.slice(-15, -9).replace(/(..)(..)(..)/, '20$1-$2-$3')
        return (Date.parse(date) - Date.parse(day)) / 86_400_000
      })
      for (const [minDaysToExpiration, maxDaysToExpiration] of [
        [0, 0],
        [0, 7],
        [1, 28],
        [12, 16],
        [0, 60],
        [30, 365],
      ] as const) {
        const sent = daysTo.filter((days) => days >= minDaysToExpiration && days <= maxDaysToExpiration + 1)
        const { credits } = costOf(1, { ...defaultCriteria, side, minDaysToExpiration, maxDaysToExpiration })
        expect(sent.length).toBeLessThanOrEqual(credits ?? 0)
      }
    }
  })

  it('with contracts only have neither prices nor a time', async () => {
    server.serve('AAPL', recorded('options_chain_AAPL_2025-01-17_contracts-only_42.json'))
    const chain = await fetchChain('AAPL')
    expect(chain).toMatchObject({ underlyingPrice: null, quotedAt: null, badRows: 0 })
    expect(chain.quotes).toHaveLength(42)
    expect(chain.quotes.every((quote) => quote.bid === null && quote.delta === null)).toBe(true)
  })

  it('with the quote of one contract are a chain of one', async () => {
    server.serve('AAPL', recorded('options_quotes_AAPL271217C00255000_2025-12-10.json'))
    expect(await fetchChain('AAPL')).toMatchObject({
      underlyingPrice: 278.7344,
      quotedAt: '2025-12-10T19:49:56.000Z',
      quotes: [{ expiration: '2027-12-17', side: 'CALL', strike: 255, delta: 0.7188 }],
    })
  })

  it.each(['options_expirations_AAPL_2025-12-05', 'stocks_quotes_AAPL_META_MSFT'])(
    'of %s are not mistaken for a chain',
    async (file) => {
      server.serve('AAPL', recorded(`${file}.json`))
      expect((await failure(fetchChain('AAPL'))).message).toBe(
        'marketdata.app answered in a form that we cannot read.',
      )
    },
  )
})
