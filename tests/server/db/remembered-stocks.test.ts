import { beforeEach, describe, expect, it } from 'vitest'
import { lastKnown } from '../../../server/src/db/last-known.ts'
import { rememberStocks, type RememberedStocks } from '../../../server/src/db/remembered-stocks.ts'
import type { Stocks } from '../../../server/src/db/stocks.ts'
import { DatabaseAway, StockListError } from '../../../server/src/scan/errors.ts'
import type { Stock } from '../../../server/src/scan/model.ts'
import { fakeClock, stock, type FakeClock } from '../../support/fakes.ts'

const MINUTE = 60_000

let clock: FakeClock
let rows: Map<string, Stock>
let fault: Error | null
let asked: string[]
let stocks: RememberedStocks

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
  active: () => answer('active', () => all().filter(({ active }) => active)),
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
    expect(symbolsOf(await stocks.list())).toBe('AAA CCC DDD')
    expect(symbolsOf(await stocks.list({ active: false }))).toBe('DDD')
  })

  it('with the database away, answers what was last known, for 5 minutes', async () => {
    await stocks.active()
    goAway()
    clock.pass(5 * MINUTE)
    expect(symbolsOf(await stocks.active())).toBe('AAA BBB CCC')
    expect(symbolsOf(await stocks.list())).toBe('AAA BBB CCC DDD')
    expect(symbolsOf(await stocks.list({ active: false }))).toBe('DDD')
    clock.pass(1)
    await expect(stocks.active()).rejects.toThrow(DatabaseAway)
    await expect(stocks.list()).rejects.toThrow(DatabaseAway)
  })

  it('knows nothing that it was never told', async () => {
    goAway()
    await expect(stocks.active()).rejects.toThrow(DatabaseAway)
  })

  it('knows what was changed here', async () => {
    await stocks.active()
    await stocks.add({ symbol: 'ABC', name: null })
    await stocks.update('BBB', { active: false })
    goAway()
    expect(symbolsOf(await stocks.active())).toBe('AAA ABC CCC')
  })

  it('reads an edition once, for as long as a minute', async () => {
    const readings = () => asked.splice(0).length
    const rename = () => rows.set('BBB', stock('BBB', { name: `${clock.now()}` }))
    const nameIn = async (edition: string | null) =>
      (await stocks.active(edition)).find(({ symbol }) => symbol === 'BBB')?.name
    await stocks.active('first')
    expect(readings()).toBe(1)
    clock.pass(MINUTE)
    expect([symbolsOf(await stocks.active('first')), readings()]).toEqual(['AAA BBB CCC', 0])
    rename()
    expect([await nameIn('second'), readings()]).toEqual([`${clock.now()}`, 1])
    expect([await nameIn('second'), readings()]).toEqual([`${clock.now()}`, 0])
    rename()
    // Whoever does not say which, and whoever does not know, gets what there is now.
    expect([await nameIn(null), await nameIn('second'), readings()]).toEqual([
      `${clock.now()}`,
      `${clock.now()}`,
      2,
    ])
    clock.pass(MINUTE + 1)
    rename()
    expect([await nameIn('second'), readings()]).toEqual([`${clock.now()}`, 1])
  })

  it('reads an edition ahead, once for all who ask for it meanwhile', async () => {
    stocks.prepare('first')
    const [one, other] = await Promise.all([stocks.active('first'), stocks.active('first')])
    expect([symbolsOf(one), symbolsOf(other), asked.length]).toEqual(['AAA BBB CCC', 'AAA BBB CCC', 1])
    const together = [stocks.active('second'), stocks.active(null), stocks.active('third')]
    await Promise.all(together)
    expect(asked).toHaveLength(4)
  })

  it('reads ahead again when the first try failed, and troubles nobody', async () => {
    fault = new TypeError('oops')
    stocks.prepare('first')
    await expect(stocks.active('first')).rejects.toThrow('oops')
    fault = null
    expect(symbolsOf(await stocks.active('first'))).toBe('AAA BBB CCC')
  })

  it('answers the same object of a stock that has not changed', async () => {
    const before = await stocks.active('first')
    for (const one of ['AAA', 'CCC']) rows.set(one, stock(one))
    rows.set('BBB', stock('BBB', { name: 'B' }))
    const after = await stocks.active('second')
    expect(after.map((one, index) => one === before[index])).toEqual([true, false, true])
    expect(after[1]?.name).toBe('B')
  })

  it('with the database away, an edition that is not known is what was last known', async () => {
    await stocks.active('first')
    goAway()
    clock.pass(5 * MINUTE)
    expect(symbolsOf(await stocks.active('second'))).toBe('AAA BBB CCC')
    clock.pass(1)
    await expect(stocks.active('first')).rejects.toThrow(DatabaseAway)
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
