import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createVendorHttp, type VendorHttpOptions } from '../../../server/src/market/http.ts'
import { MarketDataError } from '../../../server/src/scan/errors.ts'
import { startCboeServer, type CboeServer } from '../../support/cboe-server.ts'

const chain = { data: { symbol: 'XYZ', options: [{ option: 'XYZ250620P00095000', bid: 1.2 }] } }
const pathOf = (symbol: string) => `/api/global/delayed_quotes/options/${symbol}.json`

let server: CboeServer
let now: number
let pauses: number[]

beforeEach(async () => {
  server = await startCboeServer({ XYZ: chain, ABC: { ok: true } })
  now = Date.parse('2025-06-06T18:00:00Z')
  pauses = []
})
afterEach(() => server.close())

/** A client whose pauses take no time, but move its clock. */
function client(options: Partial<VendorHttpOptions> = {}) {
  return createVendorHttp({
    vendor: 'Cboe',
    clock: { now: () => now },
    random: () => 1,
    sleep: async (ms) => {
      pauses.push(ms)
      now += ms
    },
    ...options,
  })
}

function get(http = client(), { symbol = 'XYZ', signal = new AbortController().signal } = {}) {
  return http.fetchJson(new URL(pathOf(symbol), server.baseUrl), { signal })
}

/** The error that a request ends in. */
async function failure(request: Promise<unknown>): Promise<MarketDataError> {
  const error = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof MarketDataError)) throw new Error(`not a MarketDataError: ${String(error)}`)
  return error
}

describe('a vendor that answers', () => {
  it('is asked once, and its JSON is returned', async () => {
    expect(await get()).toEqual(chain)
    expect(server.requests('XYZ')).toBe(1)
    expect(pauses).toEqual([])
  })

  it('is followed to another path of its own', async () => {
    server.misbehave('XYZ', { kind: 'status', status: 302, headers: { location: pathOf('ABC') } })
    expect(await get()).toEqual({ ok: true })
  })

  it('is not followed to another origin', async () => {
    const elsewhere = await startCboeServer({ XYZ: chain })
    const location = elsewhere.baseUrl + pathOf('XYZ')
    server.misbehave('XYZ', { kind: 'status', status: 302, headers: { location } })
    const error = await failure(get())
    expect(error.fault).toBe('BAD_RESPONSE')
    expect(error.message).toBe('Cboe sent us on to another address, where we do not follow.')
    expect(elsewhere.requests()).toBe(0)
    await elsewhere.close()
  })

  it('is not followed in circles', async () => {
    server.misbehave('XYZ', { kind: 'status', status: 301, headers: { location: pathOf('XYZ') } })
    expect((await failure(get())).fault).toBe('BAD_RESPONSE')
    expect(server.requests('XYZ')).toBe(4)
  })

  it('may give some other status the meaning of an answer', async () => {
    server.misbehave('XYZ', { kind: 'status', status: 404, body: '{"s":"no_data"}' })
    const { signal } = new AbortController()
    const url = new URL(pathOf('XYZ'), server.baseUrl)
    expect(await client().fetchJson(url, { signal, answers: [404] })).toEqual({ s: 'no_data' })
  })
})

describe('an answer that is no data', () => {
  it.each([
    ['html', 'Cboe answered with a web page instead of data.'],
    ['truncated', "Cboe's answer broke off in the middle."],
    ['empty', 'Cboe answered with nothing.'],
  ] as const)('is called what it is when it is %s, and not asked for again', async (kind, message) => {
    server.misbehave('XYZ', { kind })
    const error = await failure(get())
    expect(error.fault).toBe('BAD_RESPONSE')
    expect(error.message).toBe(message)
    expect(server.requests('XYZ')).toBe(1)
  })

  it('is known to have broken off wherever it was cut', async () => {
    const text = JSON.stringify({ a: [{ b: -1.25e-9, c: 'é"\\', d: true, e: null }, { f: [] }], g: {} })
    for (let length = 1; length < text.length; length += 1) {
      server.serve('CUT', Buffer.from(text.slice(0, length)))
      const error = await failure(get(client(), { symbol: 'CUT' }))
      expect(error.message).toBe("Cboe's answer broke off in the middle.")
    }
  })

  it('is not said to have broken off when it is complete and wrong', async () => {
    server.serve('BAD', Buffer.from('{"bid": NaN, "ask": 1.25, "delta": null}'))
    const error = await failure(get(client(), { symbol: 'BAD' }))
    expect(error.message).toBe('Cboe answered with something that is not data.')
  })

  it('of 50 MB is refused in words, without being parsed', async () => {
    server.serve('BIG', Buffer.alloc(50_000_000, '['))
    const error = await failure(get(client(), { symbol: 'BIG' }))
    expect(error.message).toBe("Cboe's answer is too large to be an option chain.")
  })

  it('is not read past the size limit', async () => {
    server.serve('BIG', Buffer.alloc(3_000_000, ' '))
    const error = await failure(get(client({ maxBodyBytes: 1_000_000 }), { symbol: 'BIG' }))
    expect(error.fault).toBe('BAD_RESPONSE')
    expect(error.message).toBe("Cboe's answer is too large to be an option chain.")
  })
})

describe('a vendor in trouble', () => {
  it.each([429, 500, 503])('is asked again after a growing pause on %i', async (status) => {
    server.misbehave('XYZ', { kind: 'status', status }, 2)
    expect(await get()).toEqual(chain)
    expect(pauses).toEqual([500, 1000])
  })

  it('is asked again after a reset, and after an answer that was cut off', async () => {
    server.misbehave('XYZ', { kind: 'reset' }, 1)
    expect(await get()).toEqual(chain)
    server.misbehave('XYZ', { kind: 'cut' }, 1)
    expect(await get()).toEqual(chain)
    expect(server.requests('XYZ')).toBe(4)
  })

  it('is given up after the last attempt, with a sentence that says what happened', async () => {
    const expected = [
      [
        { kind: 'status', status: 429 },
        'RATE_LIMITED',
        'Cboe is limiting requests; try again in a few minutes.',
      ],
      [{ kind: 'status', status: 503 }, 'UNAVAILABLE', 'Cboe is having trouble right now (HTTP 503).'],
      [{ kind: 'reset' }, 'UNAVAILABLE', 'Cboe cannot be reached.'],
      [{ kind: 'cut' }, 'UNAVAILABLE', "Cboe's answer broke off in the middle."],
      [{ kind: 'hang' }, 'TIMED_OUT', 'Cboe did not answer within 0.1 seconds.'],
      [{ kind: 'stall' }, 'TIMED_OUT', 'Cboe did not answer within 0.1 seconds.'],
    ] as const
    for (const [how, fault, message] of expected) {
      server.misbehave('XYZ', how)
      const asked = server.requests('XYZ')
      const error = await failure(get(client({ timeoutMs: 100 })))
      expect([error.fault, error.message]).toEqual([fault, message])
      expect(server.requests('XYZ') - asked).toBe(3)
    }
  })

  it('is not asked again when it refused', async () => {
    server.misbehave('XYZ', { kind: 'status', status: 400 })
    const error = await failure(get())
    expect(error.message).toBe('Cboe refused the request (HTTP 400).')
    expect(server.requests('XYZ')).toBe(1)
  })

  it('never finds its credentials in a message', async () => {
    server.misbehave('XYZ', { kind: 'status', status: 401, body: 'token s3cret' })
    const error = await failure(get(client({ headers: { authorization: 'Bearer s3cret' } })))
    expect(error.message).not.toContain('s3cret')
  })

  it('spreads the pauses, up to the longest', async () => {
    server.misbehave('XYZ', { kind: 'status', status: 500 })
    await failure(get(client({ attempts: 5, random: () => 0, maxPauseMs: 1500 })))
    expect(pauses).toEqual([250, 500, 750, 750])
  })
})

describe('a vendor that asks us to wait', () => {
  const limited = (retryAfter: string) =>
    ({ kind: 'status', status: 429, headers: { 'retry-after': retryAfter } }) as const

  it('is asked again when the seconds are over', async () => {
    server.misbehave('XYZ', limited('2'), 1)
    expect(await get()).toEqual(chain)
    expect(pauses).toEqual([2500])
  })

  it('is asked again when the date has come', async () => {
    server.misbehave('XYZ', limited(new Date(now + 4000).toUTCString()), 1)
    expect(await get()).toEqual(chain)
    expect(pauses).toEqual([4500])
  })

  it('is left alone, by every request, when that is long; and says until when', async () => {
    const http = client()
    server.misbehave('XYZ', limited('90'))
    const error = await failure(get(http))
    expect(error.fault).toBe('RATE_LIMITED')
    expect(error.message).toBe('Cboe asked us to wait until 14:01:30 (New York).')
    expect((await failure(get(http, { symbol: 'ABC' }))).fault).toBe('RATE_LIMITED')
    expect(http.unavailable()).toBe('Cboe asked us to wait until 14:01:30 (New York).')
    expect([server.requests('XYZ'), server.requests('ABC')]).toEqual([1, 0])

    now += 90_000
    expect(http.unavailable()).toBeNull()
    expect(await get(http, { symbol: 'ABC' })).toEqual({ ok: true })
  })

  it('is not believed beyond an hour, nor when it speaks nonsense', async () => {
    const patient = client()
    server.misbehave('XYZ', limited('99999999'))
    await failure(get(patient))
    expect(patient.unavailable()).toBe('Cboe asked us to wait until 15:00:00 (New York).')

    const puzzled = client()
    server.misbehave('XYZ', limited('soon'))
    await failure(get(puzzled))
    expect(puzzled.unavailable()).toBeNull()
  })
})

describe('a caller that gives up', () => {
  const reason = new Error('the scan was cancelled')

  it('is told its own reason at once, while waiting for an answer', async () => {
    server.misbehave('XYZ', { kind: 'hang' })
    const caller = new AbortController()
    const request = get(client(), { signal: caller.signal })
    setTimeout(() => caller.abort(reason), 50)
    await expect(request).rejects.toBe(reason)
    expect(server.requests('XYZ')).toBe(1)
  })

  it('is told its own reason at once, during a pause', async () => {
    server.misbehave('XYZ', { kind: 'status', status: 500 })
    const caller = new AbortController()
    const http = createVendorHttp({
      vendor: 'Cboe',
      clock: { now: () => now },
      backoffMs: 60_000,
      maxPauseMs: 60_000,
    })
    const request = get(http, { signal: caller.signal })
    setTimeout(() => caller.abort(reason), 100)
    await expect(request).rejects.toBe(reason)
  })

  it('causes no request when it has given up before', async () => {
    await expect(get(client(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(server.requests()).toBe(0)
  })
})
