/** Whether the migrations say what `schema.prisma` says: for development and tests. */
import { PGlite } from '@electric-sql/pglite'
import { pgliteAdapter } from './embedded.ts'
import { migrationsFolder, readMigrations } from './migrations.ts'
import { everything, openSchemaEngine, readSchema } from './schema-engine.ts'

/**
 * What `schema.prisma` has and the migrations lack, or the other way round. The migrations are replayed
 * in an empty database in memory.
 * @returns the SQL that leads from one to the other; null when they say the same
 */
export const findDrift = async (): Promise<string | null> => {
  const scratch = await PGlite.create('memory://')
  const engine = await openSchemaEngine(pgliteAdapter(scratch))
  try {
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'migrations', ...readMigrations(migrationsFolder) },
      to: { tag: 'schemaDatamodel', ...(await readSchema()) },
      script: true,
      exitCode: true,
      filters: everything,
    })
    return exitCode === 0 ? null : stdout
  } finally {
    engine.free()
    await scratch.close()
  }
}
