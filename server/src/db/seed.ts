/** What a new installation finds in its stock list. Runs at every start, and undoes nothing that a person did. */
import { seed } from '../../../prisma/seed.ts'
import type { ValuationModel } from '../scan/model.ts'
import type { Database } from './database.ts'
import type { Stock } from './generated/client.ts'
import type { ValueSource } from './generated/enums.ts'

/** Made-up intrinsic values, USD per share, that go with made-up quotes. Null: none by that model. */
export interface DemoStock {
  symbol: string
  intrinsicValueEps: number | null
  intrinsicValueFcf: number | null
  preferredModel: ValuationModel
}

/** A value that no person and no model has set or cleared may be set by the seed. */
const isFree = (source: ValueSource | null): boolean => source === null || source === 'DEMO'

/**
 * Adds the stocks that are missing (stocks are never deleted, so a deactivated one stays as it is) and, with
 * `demoStocks`, fills in the intrinsic values that nobody has set.
 * @param demoStocks null with a real provider
 */
export const seedStocks = async (
  { prisma, sql }: Pick<Database, 'prisma' | 'sql'>,
  demoStocks: readonly DemoStock[] | null,
): Promise<void> => {
  const readAll = async () => {
    const stocks = await sql<Stock>`SELECT * FROM stocks`
    return new Map(stocks.map((stock) => [stock.symbol, stock]))
  }
  let stored = await readAll()
  const missing = seed.filter(({ symbol }) => !stored.has(symbol))
  if (missing.length > 0) {
    await prisma.stock.createMany({ data: missing.map((stock) => ({ ...stock })), skipDuplicates: true })
    stored = await readAll()
  }
  if (!demoStocks) return

  for (const demo of demoStocks) {
    const stock = stored.get(demo.symbol)
    if (!stock) continue
    const setEps = isFree(stock.intrinsicValueEpsSource) && stock.intrinsicValueEps !== demo.intrinsicValueEps
    const setFcf = isFree(stock.intrinsicValueFcfSource) && stock.intrinsicValueFcf !== demo.intrinsicValueFcf
    if (!setEps && !setFcf) continue
    // A stock that had no value at all has no preference worth keeping either.
    const isNew = stock.intrinsicValueEpsSource === null && stock.intrinsicValueFcfSource === null
    await prisma.stock.update({
      where: { symbol: demo.symbol },
      data: {
        ...(setEps && {
          intrinsicValueEps: demo.intrinsicValueEps,
          intrinsicValueEpsSource: demo.intrinsicValueEps === null ? null : 'DEMO',
        }),
        ...(setFcf && {
          intrinsicValueFcf: demo.intrinsicValueFcf,
          intrinsicValueFcfSource: demo.intrinsicValueFcf === null ? null : 'DEMO',
        }),
        ...(isNew && { preferredModel: demo.preferredModel }),
      },
    })
  }
}
