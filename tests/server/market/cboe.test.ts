import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCboeProvider, readCboeChain } from '../../../server/src/market/cboe.ts'
import { MarketDataError } from '../../../server/src/scan/errors.ts'
import type { OptionChain } from '../../../server/src/scan/model.ts'
import { cboePayload, cboeRow, wheelCases, wheelPayload } from '../../support/cboe-chain.ts'
import { startCboeServer, type CboeServer } from '../../support/cboe-server.ts'
import { rawCboeScreen } from '../../support/raw-cboe-screen.ts'
import { recordedChain, recordedSymbols, recordingsDir } from '../../support/recordings.ts'
import { defaultCriteria } from '../../support/fakes.ts'

let server: CboeServer
beforeAll(async () => {
  server = await startCboeServer({ XYZ: wheelPayload() })
})
afterAll(() => server.close())

function fetchChain(symbol: string): Promise<OptionChain> {
  const provider = createCboeProvider({ baseUrl: server.baseUrl, clock: { now: () => 0 }, backoffMs: 1 })
  return provider.fetchChain(symbol, defaultCriteria, new AbortController().signal)
}

const find = (chain: OptionChain, occSymbol: string) =>
  chain.quotes.find((quote) => quote.occSymbol === occSymbol)

/** What reading a payload ends in. */
function faultOf(symbol: string, payload: unknown): string {
  try {
    readCboeChain(symbol, payload)
    return 'none'
  } catch (error) {
    if (error instanceof MarketDataError) return `${error.fault}: ${error.message}`
    throw error
  }
}

describe('the provider', () => {
  it('says who it is and how late', () => {
    const provider = createCboeProvider({ clock: { now: () => 0 } })
    expect(provider).toMatchObject({ name: 'cboe', simulated: false, delayMinutes: 15 })
    expect(provider.description).toBe('Cboe, delayed 15 minutes')
    expect(provider.unavailable()).toBeNull()
  })

  it('asks for a share class the way Cboe writes it', async () => {
    server.serve(
      'BRK.B',
      cboePayload('BRK.B', '2025-06-06', [cboeRow('BRKB', '2025-06-06', { strike: 95, days: 14 })]),
    )
    for (const symbol of ['BRK.B', 'BRK-B']) {
      const chain = await fetchChain(symbol)
      expect(chain.symbol).toBe(symbol)
      expect(chain.quotes[0]?.root).toBe('BRKB')
    }
  })

  it('reports an unknown symbol in a sentence', async () => {
    await expect(fetchChain('NOPE')).rejects.toMatchObject({
      fault: 'UNKNOWN_SYMBOL',
      message: 'Cboe does not know the symbol NOPE (or refuses to answer for it).',
    })
    expect(server.requests('NOPE')).toBe(1)
  })

  it('cannot be asked while Cboe wants us to wait', async () => {
    const clock = { now: () => Date.parse('2025-06-06T18:00:00Z') }
    const provider = createCboeProvider({ baseUrl: server.baseUrl, clock })
    server.misbehave('LIMITED', { kind: 'status', status: 429, headers: { 'retry-after': '60' } })
    const request = provider.fetchChain('LIMITED', defaultCriteria, new AbortController().signal)
    await expect(request).rejects.toMatchObject({ fault: 'RATE_LIMITED' })
    expect(provider.unavailable()).toBe('Cboe asked us to wait until 14:01:00 (New York).')
  })
})

describe('a chain', () => {
  it('holds every row that can be read, and counts the others', async () => {
    const cases = wheelCases('XYZ', '2025-06-06')
    const chain = await fetchChain('XYZ')
    expect(chain.badRows).toBe(cases.filter((row) => row.verdict === 'BAD_ROW').length)
    expect(chain.quotes).toHaveLength(cases.length - chain.badRows)
  })

  it('keeps zeros as zeros and nulls as nulls', () => {
    const row = { strike: 95, days: 14, bid: 0, delta: 0, iv: 0, openInterest: 0, volume: 0 }
    const nulls = {
      strike: 96,
      days: 14,
      bid: null,
      ask: null,
      delta: null,
      iv: null,
      openInterest: null,
      volume: null,
    }
    const rows = [row, nulls].map((description) => cboeRow('XYZ', '2025-06-06', description))
    const { quotes } = readCboeChain('XYZ', cboePayload('XYZ', '2025-06-06', rows))
    expect(quotes).toEqual([
      {
        occSymbol: 'XYZ250620P00095000',
        root: 'XYZ',
        side: 'PUT',
        expiration: '2025-06-20',
        strike: 95,
        bid: 0,
        ask: 0.06,
        delta: 0,
        impliedVolatility: 0,
        openInterest: 0,
        volume: 0,
        quotedAt: null,
      },
      expect.objectContaining({
        strike: 96,
        bid: null,
        ask: null,
        delta: null,
        impliedVolatility: null,
        openInterest: null,
        volume: null,
      }),
    ])
  })

  it('takes an absent figure for an unknown one', () => {
    const { delta: _, ...row } = cboeRow('XYZ', '2025-06-06', { strike: 95, days: 14 })
    expect(readCboeChain('XYZ', cboePayload('XYZ', '2025-06-06', [row])).quotes[0]?.delta).toBeNull()
  })

  it('keeps the first of two rows for one contract', async () => {
    expect(find(await fetchChain('XYZ'), 'XYZ250620P00095000')?.bid).toBe(1.2)
  })

  it('takes expiration, side and root from the contract itself', async () => {
    const chain = await fetchChain('XYZ')
    expect(find(chain, 'XYZ1250620P00085000')).toMatchObject({ root: 'XYZ1', strike: 85 })
    expect(find(chain, 'XYZ250620C00095000')).toMatchObject({ side: 'CALL', expiration: '2025-06-20' })
    expect(find(chain, 'XYZ250620P00092250')).toMatchObject({ side: 'PUT', strike: 92.25 })
  })

  it('may be empty', () => {
    expect(readCboeChain('XYZ', cboePayload('XYZ', '2025-06-06', []))).toMatchObject({
      quotes: [],
      badRows: 0,
    })
  })
})

describe('the time and price of a chain', () => {
  const read = (data: object) => readCboeChain('XYZ', cboePayload('XYZ', '2025-06-06', [], data))

  it.each([
    ['in summer', '2025-06-06T15:59:58', '2025-06-06T19:59:58.000Z'],
    ['in winter', '2025-12-05T15:59:58', '2025-12-05T20:59:58.000Z'],
    ['in the first hours of summer time', '2025-03-09T03:00:00', '2025-03-09T07:00:00.000Z'],
    ['in the last minute of winter time', '2025-03-09T01:59:00', '2025-03-09T06:59:00.000Z'],
    ['after the return to winter time', '2025-11-02T02:00:00', '2025-11-02T07:00:00.000Z'],
    ['late in the evening', '2025-06-06T23:59:59', '2025-06-07T03:59:59.000Z'],
  ])('is the last trade, told in New York %s', (_, wallClock, instant) => {
    expect(read({ last_trade_time: wallClock }).quotedAt).toBe(instant)
  })

  it('is not known without a last trade, whatever the file says of its own making', () => {
    for (const value of [null, undefined, '', 'yesterday']) {
      expect(read({ last_trade_time: value }).quotedAt).toBeNull()
    }
  })

  it('is a price above zero, or not known', () => {
    expect(read({ current_price: 99.125 }).underlyingPrice).toBe(99.125)
    for (const value of [0, null, undefined, -1]) {
      expect(read({ current_price: value }).underlyingPrice).toBeNull()
    }
  })
})

describe('an answer that cannot be believed', () => {
  const unreadable = 'BAD_RESPONSE: Cboe answered in a form that we cannot read.'

  it('is that of another symbol', () => {
    const payload = cboePayload('ABC', '2025-06-06', [])
    expect(faultOf('XYZ', payload)).toBe(
      'BAD_RESPONSE: Cboe was asked for XYZ and answered for another symbol.',
    )
    expect(faultOf('_RUT', cboePayload('^RUT', '2025-06-06', []))).toBe('none')
  })

  it('has another form', () => {
    for (const payload of [null, 'text', [], {}, { data: {} }, { data: { symbol: 'XYZ', options: {} } }]) {
      expect(faultOf('XYZ', payload)).toBe(unreadable)
    }
  })

  it('has rows, and not one that can be read', () => {
    expect(faultOf('XYZ', cboePayload('XYZ', '2025-06-06', [{ contract: 1 }, null]))).toBe(unreadable)
  })
})

describe('the independent screen', () => {
  it('keeps the rows of the fixture that are meant to qualify', () => {
    const readable = wheelCases('XYZ', '2025-06-06').filter((row) => row.verdict !== 'BAD_ROW')
    const meant = readable
      .filter((row) => row.verdict === null)
      .map((row) => (row.row as { option: string }).option)
    const payload = cboePayload(
      'XYZ',
      '2025-06-06',
      readable.map((row) => row.row),
    )
    expect(rawCboeScreen(payload, '2025-06-06')).toEqual(meant.sort())
  })
})

describe.skipIf(recordingsDir() === null)('recorded chains', () => {
  // symbol, capture, price, contracts, expirations, roots, bids of 0, volatilities of 0, open interests of 0
  it.each([
    ['AAPL', '2025-06-06close', 204.47, 2428, 21, 'AAPL', 145, 377, 559],
    ['MSFT', '2025-06-06close', 470.38, 2980, 19, 'MSFT', 283, 330, 667],
    ['META', '2025-06-06close', 698.7987, 5468, 19, 'META', 422, 643, 1352],
    ['SPY', '2025-06-06close', 599.14, 9072, 32, 'SPY', 428, 535, 1785],
    ['TSLA', '2025-06-06close', 297.6795, 4544, 20, 'TSLA', 87, 503, 654],
    ['NVDA', '2026-05-29_intraday_1559ET', 217.12, 4456, 25, 'NVDA', 394, 633, 680],
    ['_RUT', '2025-06-04close', 2098.4824, 7882, 32, 'RUT+RUTW', 629, 687, 4330],
  ] as const)('of %s on %s are read whole', async (symbol, capture, ...expected) => {
    server.serve(symbol, recordedChain(symbol, capture))
    const chain = await fetchChain(symbol)
    const { quotes } = chain
    const distinct = (values: string[]) => [...new Set(values)].sort()
    expect(chain.badRows).toBe(0)
    expect([
      chain.underlyingPrice,
      quotes.length,
      distinct(quotes.map((quote) => quote.expiration)).length,
      distinct(quotes.map((quote) => quote.root)).join('+'),
      quotes.filter((quote) => quote.bid === 0).length,
      quotes.filter((quote) => quote.impliedVolatility === 0).length,
      quotes.filter((quote) => quote.openInterest === 0).length,
    ]).toEqual(expected)
  })

  it('carry the time of the market, not of the weekend when they were captured', async () => {
    server.serve('SPY', recordedChain('SPY'))
    expect((await fetchChain('SPY')).quotedAt).toBe('2025-06-06T20:00:00.000Z')
    server.serve('NVDA', recordedChain('NVDA', '2026-05-29_intraday_1559ET'))
    expect((await fetchChain('NVDA')).quotedAt).toBe('2026-05-29T19:44:27.000Z')
  })

  it('hold as many qualifying puts, counted independently, as documented', () => {
    const payloads = recordedSymbols.map((symbol) => JSON.parse(recordedChain(symbol).toString()) as unknown)
    const counts = (minAnnualizedReturn: number) =>
      payloads.map((payload) => rawCboeScreen(payload, '2025-06-06', { minAnnualizedReturn }).length)
    expect(recordedSymbols).toEqual(['AAPL', 'META', 'MSFT', 'SPY', 'TSLA'])
    expect(counts(30)).toEqual([0, 0, 0, 0, 18])
    expect(counts(10)).toEqual([6, 15, 2, 9, 58])
  })
})
