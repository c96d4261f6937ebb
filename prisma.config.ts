import { defineConfig } from 'prisma/config'

// `prisma generate` needs no engine, yet the CLI downloads one first, and fails where that host is out of reach.
// Any existing file in its place is enough.
if (process.argv.includes('generate')) process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= process.execPath

const databaseUrl = process.env['DATABASE_URL']

/** For the Prisma CLI only: the server migrates by itself, see `server/src/db/migrate.ts`. */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(databaseUrl ? { datasource: { url: databaseUrl } } : {}),
})
