/**
 * Parsers against damaged answers: whatever arrives, there is a chain of sound rows or a MarketDataError, never a crash
 * and never a number or a date that is none. Seeded, so that a failure can be repeated.
 */
import { gunzipSync } from 'node:zlib'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCboeChain } from '../../../server/src/market/cboe.ts'
import { readMarketDataChain } from '../../../server/src/market/marketdata/chain.ts'
import {
  readChain as readTradierChain,
  readExpirations,
  readStockPrice,
} from '../../../server/src/market/tradier/answers.ts'
import { MarketDataError } from '../../../server/src/scan/errors.ts'
import type { OptionQuote } from '../../../server/src/scan/model.ts'
import { screenChain } from '../../../server/src/scan/screen.ts'
import { wheelPayload } from '../../support/cboe-chain.ts'
import { defaultCriteria, plainScreening } from '../../support/fakes.ts'
import { recordingsDir } from '../../support/recordings.ts'

const SEED = 20_261_122
const RUNS = 300
const MOST_ROWS = 100

interface Sample {
  name: string
  payload: unknown
  read: (payload: unknown) => OptionQuote[]
}

const cboe = (payload: unknown) => readCboeChain('XYZ', payload).quotes
const samples: Sample[] = [
  { name: 'an invented Cboe chain', payload: wheelPayload('XYZ', '2025-06-06'), read: cboe },
  ...recorded(
    'cboe',
    /^options_(AAPL|TSLA|_RUT)_/,
    (symbol, damaged) => readCboeChain(symbol, damaged).quotes,
  ),
  ...recorded(
    'marketdata',
    /^options_chain_(AAPL)_/,
    (symbol, damaged) => readMarketDataChain(symbol, damaged, 0)?.quotes ?? [],
  ),
  ...recorded(
    'tradier',
    /^options_chains_(SPX|SPY|PLTR)_/,
    (symbol, damaged) => readTradierChain(symbol, damaged).quotes,
  ),
]

/** What a broken vendor, or a broken wire, puts in the place of a value. */
const nonsense = fc.oneof(
  fc.constantFrom(
    null,
    '',
    'NaN',
    '-',
    'None',
    true,
    [],
    {},
    [[]],
    { __proto__: 1 },
    '2025-02-30',
    'x'.repeat(5_000),
  ),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, -1, -0.0001, 1e308, -999, 0, 2 ** 53),
  fc.string(),
  fc.double(),
  fc.jsonValue(),
)
const damage = fc.array(
  fc.record({
    /** Which of the places, deep first, as a share of them. */
    place: fc.double({ min: 0, max: 1, noNaN: true }),
    how: fc.constantFrom('replace', 'delete', 'duplicate', 'truncate'),
    value: nonsense,
  }),
  { minLength: 1, maxLength: 6 },
)

describe.each(samples)('$name', ({ payload, read }) => {
  test('is read whole when it is whole, unless its columns are ragged', () => {
    const quotes = attempt(() => read(payload))
    if (isRagged(payload)) expect(quotes).toBeNull()
    else expect(quotes?.length).toBeGreaterThan(0)
  })

  test('damaged in any way gives sound rows or a MarketDataError', () => {
    fc.assert(
      fc.property(damage, (changes) => {
        const copy = structuredClone(payload)
        for (const change of changes) apply(copy, change)
        const quotes = attempt(() => read(copy))
        for (const quote of quotes ?? []) expectSound(quote)
        for (const side of ['PUT', 'CALL'] as const) {
          const criteria = {
            ...defaultCriteria,
            side,
            minAnnualizedReturn: 0,
            maxAbsDelta: 1,
            maxDaysToExpiration: 3_650,
          }
          const { kept } = screenChain({ quotes: quotes ?? [], badRows: 0 }, { ...plainScreening, criteria })
          for (const contract of kept) {
            for (const value of Object.values(contract))
              if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
          }
        }
      }),
      { seed: SEED, numRuns: RUNS },
    )
  })
})

test('anything at all gives sound rows or a MarketDataError', () => {
  fc.assert(
    fc.property(fc.anything(), (payload) => {
      attempt(() => readCboeChain('XYZ', payload))
      attempt(() => readMarketDataChain('XYZ', payload, 0))
      attempt(() => readTradierChain('XYZ', payload))
      attempt(() => readExpirations(payload))
      attempt(() => readStockPrice('XYZ', payload))
    }),
    { seed: SEED, numRuns: 2_000 },
  )
})

/** Columns of different lengths: nobody can tell which value belongs to which row. */
function isRagged(payload: unknown): boolean {
  const columns = Object.values(payload as object).filter((column): column is unknown[] =>
    Array.isArray(column),
  )
  return new Set(columns.map(({ length }) => length)).size > 1
}

function attempt<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    expect(error).toBeInstanceOf(MarketDataError)
    return null
  }
}

function expectSound(quote: OptionQuote): void {
  const { strike, bid, ask, delta, impliedVolatility, openInterest, volume, expiration, quotedAt } = quote
  expect(strike).toBeGreaterThan(0)
  for (const number of [strike, bid, ask, delta, impliedVolatility, openInterest, volume]) {
    if (number !== null) expect(Number.isFinite(number)).toBe(true)
  }
  for (const amount of [bid, ask, openInterest, volume])
    if (amount !== null) expect(amount).toBeGreaterThanOrEqual(0)
  expect(new Date(`${expiration}T00:00:00Z`).toISOString().slice(0, 10)).toBe(expiration)
  if (quotedAt !== null) expect(new Date(quotedAt).toISOString()).toBe(quotedAt)
}

function apply(root: unknown, { place, how, value }: { place: number; how: string; value: unknown }): void {
  const places = placesIn(root)
  const found = places[Math.min(places.length - 1, Math.floor(place * places.length))]
  if (found === undefined) return
  const [holder, key] = found
  if (Array.isArray(holder)) {
    const index = Number(key)
    if (how === 'delete') holder.splice(index, 1)
    else if (how === 'duplicate') holder.splice(index, 0, structuredClone(holder[index]))
    else if (how === 'truncate') holder.length = index
    else holder[index] = value
  } else if (how === 'delete') Reflect.deleteProperty(holder, key)
  else Reflect.set(holder, key, value)
}

function placesIn(value: unknown): [object, string][] {
  const places: [object, string][] = []
  const visit = (holder: unknown) => {
    if (typeof holder !== 'object' || holder === null) return
    for (const [key, inner] of Object.entries(holder)) {
      places.push([holder, key])
      visit(inner)
    }
  }
  visit(value)
  return places
}

/** Recordings, cut to a few rows: damage is per place, and a place in nine thousand rows is hit by nobody. */
function recorded(
  folder: string,
  names: RegExp,
  read: (symbol: string, payload: unknown) => OptionQuote[],
): Sample[] {
  const dir = recordingsDir()
  if (dir === null || !existsSync(join(dir, folder))) return []
  return readdirSync(join(dir, folder))
    .filter((name) => names.test(name))
    .map((name) => {
      const bytes = readFileSync(join(dir, folder, name))
      const payload = cut(JSON.parse((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()))
      const symbol = names.exec(name)?.[1] ?? ''
      return { name, payload, read: (damaged) => read(symbol, damaged) }
    })
}

function cut(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, MOST_ROWS).map(cut)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cut(inner)]))
}
