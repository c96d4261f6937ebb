/** What every provider promises (`market/provider.ts`). A new one adds a line to `vendors`. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCboeProvider } from '../../../server/src/market/cboe.ts'
import { createDemoProvider } from '../../../server/src/market/demo.ts'
import { createMarketDataAppProvider } from '../../../server/src/market/marketdata.ts'
import type { MarketDataProvider } from '../../../server/src/market/provider.ts'
import { createTradierProvider } from '../../../server/src/market/tradier.ts'
import { MarketDataError } from '../../../server/src/scan/errors.ts'
import { addDays } from '../../../server/src/scan/new-york.ts'
import { wheelPayload } from '../../support/cboe-chain.ts'
import { startCboeServer } from '../../support/cboe-server.ts'
import { defaultCriteria } from '../../support/fakes.ts'
import { marketDataRow, startMarketDataServer } from '../../support/marketdata-server.ts'
import { startTradierServer, tradierRow } from '../../support/tradier-server.ts'
import { startVendorServer } from '../../support/vendor-server.ts'

const TODAY = '2025-06-06'
const TOKEN = 'a-t0ken-that-nobody-may-see'
const marketNow = () => Date.parse(`${TODAY}T19:45:00Z`)
const clock = { now: () => Date.now(), marketNow }
const sleep = async () => undefined

interface Running {
  /** Answers for the symbol XYZ, and for no other. */
  provider: MarketDataProvider
  requests: () => number
  close: () => Promise<void>
}
interface Vendor {
  name: string
  start: () => Promise<Running>
  /** The provider at another address; null for one that asks nobody. */
  at: ((baseUrl: string) => MarketDataProvider) | null
  known: string
  unknown: string
}

const puts = ['XYZ250613P00095000', 'XYZ250620P00090000']
const vendors: Vendor[] = [
  {
    name: 'demo',
    start: async () => ({
      provider: createDemoProvider({ clock, seed: 'contract', latencyMs: 0 }),
      requests: () => 0,
      close: async () => {},
    }),
    at: null,
    known: 'V',
    unknown: 'ZZTOP',
  },
  {
    name: 'cboe',
    async start() {
      const server = await startCboeServer({ XYZ: wheelPayload('XYZ', TODAY) })
      const provider = createCboeProvider({ baseUrl: server.baseUrl, clock, sleep })
      return { provider, requests: () => server.requests(), close: () => server.close() }
    },
    at: (baseUrl) => createCboeProvider({ baseUrl, clock, sleep }),
    known: 'XYZ',
    unknown: 'NOPE',
  },
  {
    name: 'marketdata',
    async start() {
      const server = await startMarketDataServer()
      server.serve(
        'XYZ',
        puts.map((occ) => marketDataRow(occ)),
      )
      const provider = createMarketDataAppProvider({ token: TOKEN, baseUrl: server.baseUrl, clock, sleep })
      return { provider, requests: () => server.seen.length, close: () => server.close() }
    },
    at: (baseUrl) => createMarketDataAppProvider({ token: TOKEN, baseUrl, clock, sleep }),
    known: 'XYZ',
    unknown: 'NOPE',
  },
  {
    name: 'tradier',
    async start() {
      const server = await startTradierServer(TOKEN)
      server.serve(
        'XYZ',
        puts.map((occ) => tradierRow(occ)),
      )
      const provider = createTradierProvider({ token: TOKEN, baseUrl: server.baseUrl, clock, sleep })
      return { provider, requests: () => server.seen.length, close: () => server.close() }
    },
    at: (baseUrl) => createTradierProvider({ token: TOKEN, baseUrl, clock, sleep }),
    known: 'XYZ',
    unknown: 'NOPE',
  },
]

const fetchFrom = (provider: MarketDataProvider, symbol: string, signal = new AbortController().signal) =>
  provider.fetchChain(symbol, defaultCriteria, signal)

async function failure(request: Promise<unknown>): Promise<MarketDataError> {
  const error: unknown = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(MarketDataError)
  return error as MarketDataError
}

describe.each(vendors)('the provider $name', ({ name, start, known, unknown }) => {
  let running: Running
  beforeEach(async () => {
    running = await start()
  })
  afterEach(() => running.close())

  test('says who it is, what it may be asked, and what that costs', () => {
    const { provider } = running
    expect(provider.name).toBe(name)
    expect(provider.description).not.toBe('')
    expect(provider.unavailable()).toBeNull()
    const [one, many] = [provider.costOf(1, defaultCriteria), provider.costOf(26, defaultCriteria)]
    expect(one.requests).toBeGreaterThan(0)
    expect(many.requests).toBeGreaterThanOrEqual(one.requests)
    expect((many.credits ?? 0) >= (one.credits ?? 0)).toBe(true)
    for (const limit of Object.values(provider.limits)) expect(limit === null || limit > 0).toBe(true)
  })

  test('gives the puts of the window, each once, with sound numbers, and never asks more than it said', async () => {
    const { provider, requests } = running
    const chain = await fetchFrom(provider, known)
    expect(chain).toMatchObject({ symbol: known, source: name, delayMinutes: provider.delayMinutes })
    expect(chain.underlyingPrice).toBeGreaterThan(0)
    expect(chain.quotedAt === null || !Number.isNaN(Date.parse(chain.quotedAt))).toBe(true)
    const symbols = chain.quotes.map(({ occSymbol }) => occSymbol)
    expect(new Set(symbols).size).toBe(symbols.length)
    const last = addDays(TODAY, defaultCriteria.maxDaysToExpiration)
    const window = chain.quotes.filter(
      ({ side, expiration }) => side === 'PUT' && expiration > TODAY && expiration <= last,
    )
    expect(window.length).toBeGreaterThan(0)
    for (const { strike, bid, ask } of window) {
      expect(strike).toBeGreaterThan(0)
      expect(bid === null || bid >= 0).toBe(true)
      expect(ask === null || ask >= 0).toBe(true)
    }
    expect(requests()).toBeLessThanOrEqual(provider.costOf(1, defaultCriteria).requests)
  })

  test('says that it does not know a symbol, by its name', async () => {
    const error = await failure(fetchFrom(running.provider, unknown))
    expect(error).toMatchObject({
      fault: 'UNKNOWN_SYMBOL',
      message: expect.stringContaining(unknown) as string,
    })
  })

  test('stops when it is told to, with the reason that it was given', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(fetchFrom(running.provider, known, controller.signal)).rejects.toBe(reason)
  })
})

describe.each(vendors.flatMap(({ at, ...vendor }) => (at === null ? [] : [{ ...vendor, at }])))(
  'the provider $name, beside a vendor that fails,',
  ({ at, known }) => {
    test.each([
      ['a web page', 200, '<!doctype html><title>One moment</title>', 'BAD_RESPONSE'],
      ['XML', 200, '<?xml version="1.0"?><Error/>', 'BAD_RESPONSE'],
      ['nothing', 200, '', 'BAD_RESPONSE'],
      ['half an answer', 200, '{"data":{"options":[{"opt', 'BAD_RESPONSE'],
      ['an answer of another form', 200, '{"hello":"world"}', 'BAD_RESPONSE'],
      ['null', 200, 'null', 'BAD_RESPONSE'],
      ['an overload', 503, '', 'UNAVAILABLE'],
      ['a failure', 500, `{"token":"${TOKEN}"}`, 'UNAVAILABLE'],
      ['an exotic failure', 509, '', 'UNAVAILABLE'],
      ['a limit', 429, '', 'RATE_LIMITED'],
    ])(
      'takes %s (%i) for what it is, in a sentence that holds no secret',
      async (_case, status, body, fault) => {
        const server = await startVendorServer(() => ({ status, body }))
        const provider = at?.(server.baseUrl)
        if (provider === undefined) throw new Error('no address')
        const error = await failure(fetchFrom(provider, known))
        await server.close()
        expect(error.fault).toBe(fault)
        expect(error.message).toMatch(/^([A-Z]|marketdata\.app)[^\n]{10,200}\.$/)
        expect(`${error.message}${String(error.stack)}${JSON.stringify(error.cause ?? null)}`).not.toContain(
          TOKEN,
        )
      },
    )

    test('says so when nobody is there', async () => {
      const server = await startVendorServer(() => ({ status: 200, body: '' }))
      await server.close()
      const provider = at(server.baseUrl)
      expect((await failure(fetchFrom(provider, known))).fault).toBe('UNAVAILABLE')
    })
  },
)
