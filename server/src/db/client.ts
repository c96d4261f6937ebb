/** The database: embedded (PGlite, a Postgres inside this process) or a Postgres server. One client for both. */
import { Client, Pool, type PoolClient, type PoolConfig, TypeOverrides } from 'pg'
import type { Log } from '../scan/ports.ts'
import { type Database, DatabaseUnavailable, why } from './database.ts'
import { guarded } from './guarded.ts'
import { latePrisma } from './late-prisma.ts'
import { readTimestamp, sqlOver, TIMESTAMP } from './sql.ts'
import { createDatabaseWatch } from './watch.ts'

export interface DatabaseOptions {
  /** A Postgres server, `postgres://user:password@host:port/name`, or null for the embedded database. */
  databaseUrl: string | null
  /** The embedded database lives in `pglite` below this folder; `memory://` keeps nothing (for tests). */
  dataDir: string
  log: Log
}

/** A database that is there answers a new connection within this, milliseconds. */
const SIGN_MS = 1_000

/** An answer that has not come by then, over a connection whose other end may be gone, is not coming, milliseconds. */
const QUERY_TIMEOUT_MS = 10_000

/** Any number will do, as long as all servers take the same. */
const migrationLock = 7_233_901

const types = new TypeOverrides()
types.setTypeParser(TIMESTAMP, readTimestamp)

const openPostgres = async (databaseUrl: string, log: Log): Promise<Database> => {
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : null
  if (!url)
    throw new DatabaseUnavailable('DATABASE_URL is not a URL like postgres://user:password@host:5432/name.')
  const description = `${decodeURIComponent(url.pathname.slice(1)) || 'postgres'} on ${url.host}`
  const config: PoolConfig = {
    connectionString: databaseUrl,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  }
  const watch = createDatabaseWatch({
    ask: () => askForASign(databaseUrl),
    onAway: () => cutOff(),
    log,
  })

  const pool = new Pool({ ...config, query_timeout: QUERY_TIMEOUT_MS })
  // A connection that breaks while nobody uses it is replaced by the next query: no crash, but perhaps a sign.
  pool.on('error', watch.doubt)
  const busy = new Set<PoolClient>()
  pool.on('acquire', (client) => void busy.add(client))
  pool.on('release', (_error, client) => void busy.delete(client))
  const cutOff = () => {
    for (const client of busy) void client.end()
  }
  try {
    const first = await pool.connect()
    first.release()
  } catch (error) {
    watch.close()
    await pool.end()
    throw new DatabaseUnavailable(`The database ${description} cannot be reached: ${why(error)}.`, {
      cause: error,
    })
  }
  const adapterOver = async (connections: Pool) =>
    (await import('./adapters.ts')).postgresAdapter(connections)
  const { prisma, close: closePrisma } = latePrisma(() => adapterOver(pool))
  const sql = sqlOver((text, values) => pool.query({ text, values, types }))
  /** For migrations, which may take their time. */
  const openSingle = (more: PoolConfig = {}): Pool => {
    const single = new Pool({ ...config, ...more, max: 1 })
    single.on('error', (error) => log.warn({ err: error }, 'A database connection was lost.'))
    return single
  }
  return {
    ...guarded({ prisma, sql }, watch),
    afterOutage: watch.afterOutage,
    onBack: watch.onBack,
    description,
    exclusively: async (work) => {
      // The lock belongs to a connection, and to one of its own: the schema engine gives up all locks of the one it uses.
      const lock = openSingle({ idleTimeoutMillis: 0 })
      const workers = openSingle()
      try {
        await lock.query('SELECT pg_advisory_lock($1)', [migrationLock])
        return await work(await adapterOver(workers))
      } finally {
        await workers.end()
        await lock.end()
      }
    },
    close: async () => {
      watch.close()
      // Whoever waits for a database that hangs has waited long enough.
      setTimeout(cutOff, SIGN_MS).unref()
      await closePrisma()
      await pool.end()
    },
  }
}

/** Over a connection of its own: those of the pool may be broken, or all in use. */
const askForASign = async (databaseUrl: string): Promise<void> => {
  const client = new Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: SIGN_MS,
    query_timeout: SIGN_MS,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('SELECT 1')
  } finally {
    // Not waited for: a server that hangs does not say goodbye.
    void client.end()
  }
}

/**
 * Opens the database. It may still be empty: `applyMigrations` of `migrate.ts` comes next.
 * @throws DatabaseUnavailable when it cannot be reached, or another process has the folder
 */
export const openDatabase = async ({ databaseUrl, dataDir, log }: DatabaseOptions): Promise<Database> => {
  if (databaseUrl !== null) return openPostgres(databaseUrl, log)
  const { openEmbedded } = await import('./embedded.ts')
  return openEmbedded(dataDir, log)
}
