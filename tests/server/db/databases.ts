/** An empty database per suite, for every kind that is at hand: `describe.each(databases)('… on $kind', …)`. */
import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { openDatabase } from '../../../server/src/db/client.ts'
import type { Database } from '../../../server/src/db/database.ts'
import { applyMigrations } from '../../../server/src/db/migrate.ts'
import type { Log } from '../../../server/src/scan/ports.ts'

export const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

export interface TestDatabase extends Database {
  /** Null for PGlite. */
  url: string | null
}

const openPGlite = async (): Promise<TestDatabase> => ({
  ...(await openDatabase({ databaseUrl: null, dataDir: 'memory://', log: silent })),
  url: null,
})

const openPostgres = async (serverUrl: string): Promise<TestDatabase> => {
  const name = `wheel_test_${randomUUID().replaceAll('-', '')}`
  const asOwner = async (sql: string) => {
    const client = new Client({ connectionString: serverUrl })
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
  await asOwner(`CREATE DATABASE ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  const database = await openDatabase({ databaseUrl: url.href, dataDir: 'unused', log: silent })
  const close = async () => {
    await database.close()
    await asOwner(`DROP DATABASE ${name} WITH (FORCE)`)
  }
  return { ...database, url: url.href, close }
}

const serverUrl = process.env['TEST_DATABASE_URL']

export const databases: {
  kind: string
  openEmpty: () => Promise<TestDatabase>
  open: () => Promise<TestDatabase>
}[] = [
  { kind: 'PGlite', openEmpty: openPGlite },
  ...(serverUrl ? [{ kind: 'Postgres', openEmpty: () => openPostgres(serverUrl) }] : []),
].map(({ kind, openEmpty }) => ({
  kind,
  openEmpty,
  open: async () => {
    const database = await openEmpty()
    await applyMigrations(database)
    return database
  },
}))
