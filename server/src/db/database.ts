/** What a database is to the rest of the server, embedded or not. */
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import type { PrismaClient } from './generated/client.ts'
import type { Sql } from './sql.ts'
import type { DatabaseWatch } from './watch.ts'

export type { PrismaClient } from './generated/client.ts'

export interface Database {
  /** Every operation throws `DatabaseAway`, within two seconds, while the database cannot be reached. */
  prisma: PrismaClient
  /** As `prisma`, for what must not wait until that is loaded. */
  sql: Sql
  /** Does the work now, or as soon as an outage is over; forgotten when the process ends before. */
  afterOutage: DatabaseWatch['afterOutage']
  /** Called each time an outage is over, after the work that waited for that. */
  onBack: DatabaseWatch['onBack']
  /** For people, without the password: `embedded in .data/pglite`, `wheel on db.example.com:5432`. */
  description: string
  /** Calls `work` with a connection that no other server migrates at the same time. */
  exclusively<T>(work: (adapter: SqlMigrationAwareDriverAdapterFactory) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** The database cannot be used. The message is a sentence for the operator. */
export class DatabaseUnavailable extends Error {
  override name = 'DatabaseUnavailable'
}

/** What an error says, for the operator. */
export const why = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return why(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}
