/** The database that `DATABASE_URL` names, or the embedded one. */
import { openDatabase } from './db/client.ts'
import type { Database } from './db/database.ts'
import type { Env } from './env.ts'
import type { Log } from './scan/ports.ts'

/** @throws DatabaseUnavailable with a sentence for the operator */
export const openDatabaseOf = ({ DATABASE_URL, DATA_DIR }: Env, log: Log): Promise<Database> =>
  openDatabase({ databaseUrl: DATABASE_URL ?? null, dataDir: DATA_DIR, log })
