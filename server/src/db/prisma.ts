/** Prisma's client, as we use it. Loaded by the first who needs it: `late-prisma.ts`. */
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { PrismaClient } from './generated/client.ts'
import { knowingPlans } from './query-compiler.ts'

/** Generous: on the embedded database, transactions queue up behind each other. */
const transactionOptions = { maxWait: 10_000, timeout: 15_000 }

export function createPrisma(adapter: SqlMigrationAwareDriverAdapterFactory): PrismaClient {
  // The runtime declares `__internal`, and the generated types leave it out.
  const internal = { __internal: { configOverride: knowingPlans } } as object
  return new PrismaClient({ adapter, transactionOptions, ...internal })
}
