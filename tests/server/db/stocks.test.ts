import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { seed } from '../../../prisma/seed.ts'
import { type DemoStock, seedStocks } from '../../../server/src/db/seed.ts'
import { createStocks, type Stocks } from '../../../server/src/db/stocks.ts'
import { databases, type TestDatabase } from './databases.ts'

const demoStocks: DemoStock[] = [
  { symbol: 'AAPL', intrinsicValueEps: 210.5, intrinsicValueFcf: 190, preferredModel: 'FCF' },
  { symbol: 'MSFT', intrinsicValueEps: null, intrinsicValueFcf: 400, preferredModel: 'FCF' },
  { symbol: 'V', intrinsicValueEps: null, intrinsicValueFcf: null, preferredModel: 'EPS' },
]

describe.each(databases)('on $kind', ({ open }) => {
  let database: TestDatabase
  let demo: Stocks
  let cboe: Stocks

  beforeAll(async () => {
    database = await open()
    demo = createStocks(database, { simulated: true, sources: ['demo'] })
    cboe = createStocks(database, { simulated: false, sources: ['cboe'] })
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.prisma.stock.deleteMany()
  })

  const only = async (stocks: Stocks, symbol: string) => {
    const found = (await stocks.list()).find((stock) => stock.symbol === symbol)
    if (!found) throw new Error(`${symbol} is missing`)
    return found
  }

  describe('createStocks', () => {
    it('adds an active stock without values, in upper case', async () => {
      const stock = await cboe.add({ symbol: ' brk.b ', name: ' Berkshire Hathaway ' })
      expect(stock).toMatchObject({
        symbol: 'BRK.B',
        name: 'Berkshire Hathaway',
        active: true,
        notes: '',
        intrinsicValueEps: null,
        intrinsicValueFcf: null,
        preferredModel: 'EPS',
        price: null,
        pricedAt: null,
        priceSource: null,
      })
      expect(stock.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(Math.abs(Date.parse(stock.createdAt) - Date.now())).toBeLessThan(60_000)
      expect(await cboe.active()).toEqual([stock])
    })

    it.each(['', 'TOOLONG', 'A1', 'A-B', 'BRK.BB', '.A', 'AAPL;'])(
      'refuses the symbol "%s"',
      async (symbol) => {
        await expect(cboe.add({ symbol, name: null })).rejects.toMatchObject({ code: 'BAD_INPUT' })
        await expect(cboe.update(symbol, {})).rejects.toMatchObject({ code: 'BAD_INPUT' })
      },
    )

    it('refuses a stock that is listed, and says when it is inactive', async () => {
      await cboe.add({ symbol: 'KO', name: null })
      await expect(cboe.add({ symbol: 'ko', name: null })).rejects.toMatchObject({
        code: 'ALREADY_LISTED',
        message: 'KO is already on the list.',
      })
      await cboe.update('KO', { active: false })
      await expect(cboe.add({ symbol: 'KO', name: null })).rejects.toMatchObject({
        code: 'ALREADY_LISTED',
        message: expect.stringContaining('inactive'),
      })
      expect(await cboe.active()).toEqual([])
    })

    it('adds a stock once, however many ask', async () => {
      const asked = await Promise.allSettled(
        Array.from({ length: 10 }, () => cboe.add({ symbol: 'KO', name: null })),
      )
      expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const one of asked)
        if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'ALREADY_LISTED' })
    })

    it('changes what is given and leaves the rest', async () => {
      await cboe.add({ symbol: 'KO', name: 'Coca-Cola' })
      await cboe.update('KO', { notes: 'Sweet 🥤', intrinsicValueEps: 61.25, preferredModel: 'FCF' })
      expect(await cboe.update('ko', { active: false })).toMatchObject({
        name: 'Coca-Cola',
        active: false,
        notes: 'Sweet 🥤',
        intrinsicValueEps: { value: 61.25, source: 'USER' },
        intrinsicValueFcf: null,
        preferredModel: 'FCF',
      })
      expect(await cboe.update('KO', { name: null, intrinsicValueEps: null })).toMatchObject({
        name: null,
        intrinsicValueEps: null,
      })
    })

    it.each([
      { intrinsicValueEps: 0 },
      { intrinsicValueFcf: -1 },
      { intrinsicValueEps: Number.NaN },
      { intrinsicValueFcf: Number.POSITIVE_INFINITY },
      { intrinsicValueEps: 10_000_001 },
      { notes: 'x'.repeat(10_001) },
      { notes: 'a\0b' },
      { name: 'x'.repeat(201) },
    ])('refuses a bad value and changes nothing (%#)', async (change) => {
      const before = await cboe.add({ symbol: 'KO', name: null })
      await expect(cboe.update('KO', { active: false, ...change })).rejects.toMatchObject({
        code: 'BAD_INPUT',
      })
      expect(await only(cboe, 'KO')).toEqual(before)
    })

    it('says that an unknown stock is not on the list', async () => {
      await expect(cboe.update('KO', { active: true })).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: 'KO is not on the list.',
      })
    })

    it('sorts by symbol, and tells active from inactive', async () => {
      for (const symbol of ['V', 'BRK.B', 'BRKA', 'A']) await cboe.add({ symbol, name: null })
      await cboe.update('V', { active: false })
      const symbols = async (list: Promise<{ symbol: string }[]>) => (await list).map(({ symbol }) => symbol)
      expect(await symbols(cboe.list())).toEqual(['A', 'BRK.B', 'BRKA', 'V'])
      expect(await symbols(cboe.list({ active: true }))).toEqual(['A', 'BRK.B', 'BRKA'])
      expect(await symbols(cboe.list({ active: false }))).toEqual(['V'])
      expect(await symbols(cboe.active())).toEqual(['A', 'BRK.B', 'BRKA'])
    })

    it("keeps prices, shows only its own provider's, and counts them as nobody's change", async () => {
      const before = await demo.add({ symbol: 'KO', name: null })
      const pricedAt = '2025-06-06T19:30:00.125Z'
      await demo.recordPrices([
        { symbol: 'KO', price: 70.1, pricedAt, source: 'demo' },
        { symbol: 'ZZZ', price: 1, pricedAt, source: 'demo' },
      ])
      expect(await only(demo, 'KO')).toEqual({ ...before, price: 70.1, pricedAt, priceSource: 'demo' })
      expect(await only(cboe, 'KO')).toMatchObject({ price: null, pricedAt: null, priceSource: null })
      await demo.recordPrices([])
    })
  })

  describe('seedStocks', () => {
    it('lists the 26 stocks, without values beside real quotes', async () => {
      await seedStocks(database, null)
      const stocks = await cboe.list()
      expect(stocks).toHaveLength(26)
      expect(stocks.map(({ symbol }) => symbol)).toEqual(seed.map(({ symbol }) => symbol))
      expect(
        stocks.every(({ active, name, intrinsicValueEps }) => active && name && !intrinsicValueEps),
      ).toBe(true)
    })

    it('fills in made-up values, which count only beside made-up quotes', async () => {
      await seedStocks(database, null)
      await seedStocks(database, demoStocks)
      expect(await only(demo, 'AAPL')).toMatchObject({
        intrinsicValueEps: { value: 210.5, source: 'DEMO' },
        intrinsicValueFcf: { value: 190, source: 'DEMO' },
        preferredModel: 'FCF',
      })
      expect(await only(demo, 'MSFT')).toMatchObject({ intrinsicValueEps: null })
      expect(await only(cboe, 'AAPL')).toMatchObject({ intrinsicValueEps: null, intrinsicValueFcf: null })
    })

    it('changes nothing the second time', async () => {
      await seedStocks(database, demoStocks)
      const before = await database.prisma.stock.findMany({ orderBy: { symbol: 'asc' } })
      await Promise.all([1, 2, 3].map(() => seedStocks(database, demoStocks)))
      expect(await database.prisma.stock.findMany({ orderBy: { symbol: 'asc' } })).toEqual(before)
    })

    it('undoes nothing that a person did', async () => {
      await seedStocks(database, demoStocks)
      const changed = await demo.update('AAPL', {
        name: 'The fruit',
        active: false,
        intrinsicValueEps: null,
        intrinsicValueFcf: 180,
        preferredModel: 'EPS',
      })
      await seedStocks(database, demoStocks)
      expect(await only(demo, 'AAPL')).toEqual(changed)
    })
  })
})
