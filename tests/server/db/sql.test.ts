/** SQL past Prisma gives what Prisma would: names, instants in any zone, values that are never part of the text. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { databases, type TestDatabase } from './databases.ts'

describe.each(databases)('SQL on $kind', ({ open }) => {
  let database: TestDatabase
  const zone = process.env['TZ']

  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => database.close())
  beforeEach(() => database.prisma.stock.deleteMany())
  afterEach(() => {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  })

  it.each(['UTC', 'America/New_York', 'Asia/Kolkata'])(
    'reads the rows that Prisma reads, in %s',
    async (here) => {
      process.env['TZ'] = here
      await database.prisma.stock.create({
        data: {
          symbol: 'KO',
          name: 'Coca-Cola',
          intrinsicValueEps: 61.25,
          intrinsicValueEpsSource: 'USER',
          price: 70.5,
          // Twice that hour in New York, and never that one: a zone would show.
          pricedAt: new Date('2025-11-02T05:30:00.120Z'),
          createdAt: new Date('2025-03-09T07:30:00Z'),
        },
      })
      const expected = await database.prisma.stock.findMany()
      expect(await database.sql`SELECT * FROM stocks`).toEqual(expected)
      expect(expected[0]?.pricedAt?.toISOString()).toBe('2025-11-02T05:30:00.120Z')
    },
  )

  it.each([`KO' OR '1'='1`, '$1', "'; DROP TABLE stocks; --", 'Ω\u{1F600}'])(
    'takes %j for a value',
    async (name) => {
      await database.prisma.stock.create({ data: { symbol: 'KO', name } })
      const both = await database.sql<{ symbol: string; given: string }>`
        SELECT symbol, ${'first'}::text AS given FROM stocks WHERE name = ${name}`
      expect(both).toEqual([{ symbol: 'KO', given: 'first' }])
      expect(await database.sql`SELECT symbol FROM stocks WHERE name = ${`${name} `}`).toEqual([])
    },
  )

  it('says what the database refuses', async () => {
    await expect(database.sql`SELECT nothing FROM stocks`).rejects.toThrow(/"nothing" does not exist/)
  })
})
