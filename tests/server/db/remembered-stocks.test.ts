import { beforeEach, describe, expect, it } from 'vitest'
import { lastKnown } from '../../../server/src/db/last-known.ts'
import { rememberStocks } from '../../../server/src/db/remembered-stocks.ts'
import type { Stocks } from '../../../server/src/db/stocks.ts'
import { DatabaseAway, StockListError } from '../../../server/src/scan/errors.ts'
import type { Stock } from '../../../server/src/scan/model.ts'
import { fakeClock, stock, type FakeClock } from '../../support/fakes.ts'

const MINUTE = 60_000

let clock: FakeClock
let rows: Map<string, Stock>
let fault: Error | null
let asked: string[]
let stocks: Stocks

beforeEach(() => {
  clock = fakeClock()
  rows = new Map(['AAA', 'BBB', 'CCC'].map((symbol) => [symbol, stock(symbol)]))
  rows.set('DDD', stock('DDD', { active: false }))
  fault = null
  asked = []
  stocks = rememberStocks(database, clock)
})

const answer = async <T>(question: string, value: () => T): Promise<T> => {
  asked.push(question)
  await Promise.resolve()
  if (fault !== null) throw fault
  return value()
}
const all = () => [...rows.values()].toSorted((a, b) => (a.symbol < b.symbol ? -1 : 1))
const database: Stocks = {
  list: () => answer('list', all),
  active: (symbols) =>
    answer('active', () => all().filter((row) => row.active && symbols?.includes(row.symbol) !== false)),
  add: ({ symbol }) =>
    answer('add', () => {
      rows.set(symbol, stock(symbol))
      return stock(symbol)
    }),
  update: (symbol, { active = true }) =>
    answer('update', () => {
      rows.set(symbol, stock(symbol, { active }))
      return stock(symbol, { active })
    }),
  recordPrices: () => answer('recordPrices', () => {}),
}
const goAway = () => (fault = new DatabaseAway())
const symbolsOf = (list: Stock[]) => list.map(({ symbol }) => symbol).join(' ')

describe('rememberStocks', () => {
  it('asks the database as long as it is there', async () => {
    expect(symbolsOf(await stocks.active())).toBe('AAA BBB CCC')
    rows.delete('BBB')
    expect(symbolsOf(await stocks.active())).toBe('AAA CCC')
    expect(symbolsOf(await stocks.active(['CCC', 'DDD']))).toBe('CCC')
    expect(symbolsOf(await stocks.list())).toBe('AAA CCC DDD')
    expect(symbolsOf(await stocks.list({ active: false }))).toBe('DDD')
  })

  it('with the database away, answers what was last known, for 5 minutes', async () => {
    await stocks.active()
    goAway()
    clock.pass(5 * MINUTE)
    expect(symbolsOf(await stocks.active())).toBe('AAA BBB CCC')
    expect(symbolsOf(await stocks.active(['CCC', 'DDD', 'ZZZ']))).toBe('CCC')
    expect(symbolsOf(await stocks.list())).toBe('AAA BBB CCC DDD')
    expect(symbolsOf(await stocks.list({ active: false }))).toBe('DDD')
    clock.pass(1)
    await expect(stocks.active()).rejects.toThrow(DatabaseAway)
    await expect(stocks.active(['CCC'])).rejects.toThrow(DatabaseAway)
    await expect(stocks.list()).rejects.toThrow(DatabaseAway)
  })

  it('knows nothing that it was never told', async () => {
    goAway()
    await expect(stocks.active()).rejects.toThrow(DatabaseAway)
  })

  it('knows what was changed here, and what single stocks looked like since', async () => {
    await stocks.active()
    await stocks.add({ symbol: 'ABC', name: null })
    await stocks.update('BBB', { active: false })
    rows.set('CCC', stock('CCC', { intrinsicValueEps: { value: 7, source: 'USER' } }))
    rows.set('AAA', stock('AAA', { active: false }))
    await stocks.active(['AAA', 'CCC'])
    goAway()
    expect(symbolsOf(await stocks.active())).toBe('ABC CCC')
    expect((await stocks.active(['CCC']))[0]?.intrinsicValueEps).toEqual({ value: 7, source: 'USER' })
  })

  it('reads the whole list now and then where only single stocks are asked for, as by events', async () => {
    await stocks.active()
    for (let n = 0; n < 20; n += 1) {
      clock.pass(MINUTE / 2)
      await stocks.active(['AAA'])
    }
    expect(asked.filter((question) => question === 'list').length).toBeGreaterThan(5)
    expect(asked.filter((question) => question === 'list').length).toBeLessThan(12)
    goAway()
    clock.pass(4 * MINUTE)
    expect(symbolsOf(await stocks.active(['BBB']))).toBe('BBB')
  })

  it('changes nothing without the database, and covers up no other error', async () => {
    await stocks.list()
    goAway()
    await expect(stocks.add({ symbol: 'ABC', name: null })).rejects.toThrow(DatabaseAway)
    await expect(stocks.update('AAA', { active: false })).rejects.toThrow(DatabaseAway)
    await expect(stocks.recordPrices([])).rejects.toThrow(DatabaseAway)
    expect(symbolsOf(await stocks.active())).toBe('AAA BBB CCC')
    fault = new TypeError('oops')
    await expect(stocks.active()).rejects.toThrow('oops')
    fault = new StockListError('NOT_FOUND', 'ZZZ is not on the list.')
    await expect(stocks.update('ZZZ', {})).rejects.toThrow(StockListError)
  })
})

describe('lastKnown', () => {
  it('reads while it can, and answers the last reading for 5 minutes of an outage', async () => {
    let value = 1
    const current = lastKnown(() => answer('value', () => value), clock)
    goAway()
    await expect(current()).rejects.toThrow(DatabaseAway)
    fault = null
    expect(await current()).toBe(1)
    value = 2
    expect(await current()).toBe(2)
    goAway()
    clock.pass(5 * MINUTE)
    expect(await current()).toBe(2)
    fault = new TypeError('oops')
    await expect(current()).rejects.toThrow('oops')
    goAway()
    clock.pass(1)
    await expect(current()).rejects.toThrow(DatabaseAway)
  })
})
