/** A client whose operations somebody else carries out. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Operation, operatedBy } from '../../../server/src/db/operated.ts'
import type { PrismaClient } from '../../../server/src/db/database.ts'
import { databases, type TestDatabase } from './databases.ts'

describe.each(databases)('a client that is operated, on $kind', ({ open }) => {
  let database: TestDatabase
  let performed = 0
  let client: PrismaClient

  beforeAll(async () => {
    database = await open()
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await database.prisma.stock.deleteMany()
    performed = 0
    client = operatedBy(async (operation: Operation) => {
      performed += 1
      return operation(database.prisma)
    })
  })
  const symbols = async () => (await client.stock.findMany()).map(({ symbol }) => symbol)

  it('has each operation and each raw question performed', async () => {
    await client.stock.create({ data: { symbol: 'KO' } })
    expect(await client.stock.count({ where: { symbol: 'KO' } })).toBe(1)
    expect(await client.$queryRaw`SELECT symbol FROM stocks WHERE symbol = ${'KO'}`).toEqual([
      { symbol: 'KO' },
    ])
    expect(performed).toBe(3)
  })

  it('has a transaction performed as one, all of it or nothing', async () => {
    await client.$transaction(async (transaction) => {
      await transaction.stock.create({ data: { symbol: 'KO' } })
      await transaction.stock.create({ data: { symbol: 'PEP' } })
    })
    expect(performed).toBe(1)
    const failing = client.$transaction(async (transaction) => {
      await transaction.stock.deleteMany()
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await symbols()).toEqual(['KO', 'PEP'])
  })

  it('can be extended, inside transactions as well', async () => {
    const asked: string[] = []
    const extended = client.$extends({
      query: {
        $allOperations({ operation, args, query }) {
          asked.push(operation)
          return query(args)
        },
      },
    }) as unknown as PrismaClient
    await extended.stock.create({ data: { symbol: 'KO' } })
    await extended.$transaction((transaction) => transaction.stock.count())
    expect(asked).toEqual(['create', 'count'])
    expect(performed).toBe(2)
  })

  it('is no promise, and rejects what Prisma does not have', async () => {
    expect(await Promise.resolve(client)).toBe(client)
    const { stock } = client as unknown as { stock: { conjure(): Promise<unknown> } }
    await expect(stock.conjure()).rejects.toThrow('Prisma has no conjure.')
  })
})
