/** The migrations of a folder, and whether a database has them all: known without the engine that applies them. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg'
import { isDatabaseAway } from './away.ts'
import type { Sql } from './sql.ts'

export const migrationsFolder = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url))

/** A folder of migrations, as the engine wants it: oldest first. */
export const readMigrations = (folder: string): MigrationList => {
  const entries = readdirSync(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return {
    baseDir: folder,
    lockfile: {
      path: 'migration_lock.toml',
      content: readFileSync(`${folder}/migration_lock.toml`, 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: names.sort().map((name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok' as const, value: readFileSync(`${folder}/${name}/migration.sql`, 'utf8') },
      },
    })),
  }
}

/** What Prisma keeps of a migration in the table `_prisma_migrations`. */
interface Record {
  name: string
  /** SHA-256 of the script, in hexadecimal. */
  checksum: string
  /** False: begun, and neither finished nor rolled back. */
  finished: boolean
}

/**
 * False also when that cannot be known: the engine, which is asked then, says what is wrong.
 * @throws DatabaseAway
 */
export const areApplied = async ({ migrationDirectories }: MigrationList, sql: Sql): Promise<boolean> => {
  try {
    const records = await sql<Record>`
      SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
      FROM _prisma_migrations WHERE rolled_back_at IS NULL`
    const applied = new Map(records.map(({ name, checksum }) => [name, checksum]))
    return (
      records.every(({ finished }) => finished) &&
      migrationDirectories.every(({ path, migrationFile: { content } }) =>
        content.tag === 'ok' ? applied.get(path) === checksumOf(content.value) : false,
      )
    )
  } catch (error) {
    if (isDatabaseAway(error)) throw error
    return false
  }
}

const checksumOf = (script: string): string => createHash('sha256').update(script).digest('hex')
