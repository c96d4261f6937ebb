/** Brings a database to the schema, from `prisma/migrations`. */
import { type Database, DatabaseUnavailable } from './database.ts'
import { areApplied, migrationsFolder, readMigrations } from './migrations.ts'

/** The engine says first what happened, and then, for its authors, where in its code. */
const explain = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error)
  const name = /migration_name="([^"]+)"/.exec(message)?.[1]
  const [said = ''] = message.split(/\n\s+0: /)
  const sentence = said.replace(/^external connector error\s+/, '').replace(/\s*\n\s*/g, ' ')
  return `${name ? `migration ${name} failed. ` : ''}${sentence}`
}

/**
 * Applies the migrations that the database doesn't have yet; safe to call at every start, and by several servers at
 * once. A migration is one transaction: what failed has left nothing behind, so the next start tries it again.
 * @returns the names of those applied just now
 * @throws DatabaseUnavailable when one fails
 */
export const applyMigrations = async (
  database: Database,
  folder: string = migrationsFolder,
): Promise<string[]> => {
  const migrationsList = readMigrations(folder)
  if (await areApplied(migrationsList, database.sql)) return []
  // 3 MB of WebAssembly, which most starts do not need.
  const { everything, openSchemaEngine } = await import('./schema-engine.ts')
  return database.exclusively(async (adapter) => {
    const engine = await openSchemaEngine(adapter)
    try {
      const { failedMigrationNames } = await engine.diagnoseMigrationHistory({
        migrationsList,
        optInToShadowDatabase: false,
        filters: everything,
      })
      for (const migrationName of failedMigrationNames)
        await engine.markMigrationRolledBack({ migrationName })
      const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters: everything })
      return appliedMigrationNames
    } catch (error) {
      throw new DatabaseUnavailable(
        `The database (${database.description}) could not be brought up to date: ${explain(error)}`,
        { cause: error },
      )
    } finally {
      engine.free()
    }
  })
}
