/**
 * Prisma, loaded when it is first needed: most starts ask nothing that SQL alone does not say (`sql.ts`), and nothing
 * else of what a start loaded was as big.
 */
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import type { PrismaClient } from './generated/client.ts'
import { operatedBy } from './operated.ts'

/** After this long it is loaded, whether or not somebody has asked for it, milliseconds. */
const LATER_MS = 1_000

export interface LatePrisma {
  prisma: PrismaClient
  close(): Promise<void>
}

export function latePrisma(adapter: () => Promise<SqlMigrationAwareDriverAdapterFactory>): LatePrisma {
  let loading: Promise<PrismaClient> | undefined
  const load = async (): Promise<PrismaClient> => {
    const [{ createPrisma }, factory] = await Promise.all([import('./prisma.ts'), adapter()])
    return createPrisma(factory)
  }
  const client = () => (loading ??= load())
  const later = setTimeout(() => void client().catch(() => {}), LATER_MS).unref()
  return {
    prisma: operatedBy(async (operation) => operation(await client())),
    async close() {
      clearTimeout(later)
      // One that could not be loaded has nothing to close.
      const loaded = await loading?.catch(() => undefined)
      await loaded?.$disconnect()
    },
  }
}
