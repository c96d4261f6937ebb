/** `npx tsx scripts/migration.ts <name>`: writes the migration from what is in prisma/migrations to schema.prisma. */
import { mkdir, writeFile } from 'node:fs/promises'
import { findDrift } from '../server/src/db/drift.ts'

const name = process.argv[2]
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  console.error('Say what changes, in lower case: npx tsx scripts/migration.ts add_watchlists')
  process.exit(1)
}

const sql = await findDrift()
if (sql === null) {
  console.log('Nothing to migrate: the migrations say what the schema says.')
} else {
  // Prisma's own naming: they are applied in the order of their names.
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const folder = new URL(`../prisma/migrations/${time}_${name}/`, import.meta.url)
  await mkdir(folder)
  await writeFile(new URL('migration.sql', folder), sql)
  console.log(`Wrote prisma/migrations/${time}_${name}/migration.sql`)
}
