import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '../../../server/src/db/client.ts'
import { DatabaseUnavailable } from '../../../server/src/db/database.ts'
import { findDrift } from '../../../server/src/db/drift.ts'
import { applyMigrations } from '../../../server/src/db/migrate.ts'
import { migrationsFolder } from '../../../server/src/db/migrations.ts'
import { databases, silent, type TestDatabase } from './databases.ts'

describe.each(databases)('applyMigrations on $kind', ({ openEmpty }) => {
  let database: TestDatabase
  let folder: string

  beforeAll(async () => {
    database = await openEmpty()
    folder = await mkdtemp(join(tmpdir(), 'migrations-'))
    await cp(migrationsFolder, folder, { recursive: true })
  })
  afterAll(async () => {
    await database.close()
    await rm(folder, { recursive: true })
  })

  const write = async (name: string, sql: string) => {
    await mkdir(join(folder, name), { recursive: true })
    await writeFile(join(folder, name, 'migration.sql'), sql)
  }

  it('brings an empty database to the schema', async () => {
    const applied = await applyMigrations(database, folder)
    expect(applied).toContainEqual(expect.stringMatching(/_initial$/))
    expect(await database.prisma.stock.count()).toBe(0)
  })

  it('has nothing to do the second time', async () => {
    expect(await applyMigrations(database, folder)).toEqual([])
  })

  it('needs neither the lock nor the engine for that', async () => {
    const exclusively = () => Promise.reject(new Error('there is nothing to migrate'))
    expect(await applyMigrations({ ...database, exclusively }, folder)).toEqual([])
  })

  it('leaves it to the engine what to do with a script that is not the one that was applied', async () => {
    const [name = ''] = (
      await database.prisma.$queryRaw<{ name: string }[]>`
      SELECT migration_name AS name FROM _prisma_migrations ORDER BY name`
    ).map((row) => row.name)
    const script = await readFile(join(folder, name, 'migration.sql'), 'utf8')
    await write(name, `${script}-- a remark`)
    const taken = vi.spyOn(database, 'exclusively')
    expect(await applyMigrations(database, folder)).toEqual([])
    expect(taken).toHaveBeenCalledTimes(1)
    taken.mockRestore()
    await write(name, script)
  })

  it('says which migration failed, leaves nothing of it behind, and tries again at the next start', async () => {
    const broken = '29990101000000_broken'
    await write(broken, `CREATE TABLE half (id int); INSERT INTO half VALUES (1); SELECT * FROM nowhere;`)
    const failure = await applyMigrations(database, folder).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(DatabaseUnavailable)
    expect((failure as Error).message).toBe(
      `The database (${database.description}) could not be brought up to date: ` +
        `migration ${broken} failed. No such table: nowhere`,
    )

    await write(broken, `CREATE TABLE half (id int, note text DEFAULT 'a;b');`)
    expect(await applyMigrations(database, folder)).toEqual([broken])
    expect(await applyMigrations(database, folder)).toEqual([])
  })

  it('lets servers that start together take turns', async () => {
    await write('29990101000001_slow', `SELECT pg_sleep(0.2); CREATE TABLE once (id int);`)
    const servers = database.url
      ? await Promise.all(
          [1, 2, 3].map(() => openDatabase({ databaseUrl: database.url, dataDir: 'unused', log: silent })),
        )
      : [database]
    const applied = await Promise.all(servers.map((server) => applyMigrations(server, folder)))
    expect(applied.flat()).toEqual(['29990101000001_slow'])
    if (database.url) await Promise.all(servers.map((server) => server.close()))
  })
})

describe('findDrift', () => {
  it('finds that the migrations say what schema.prisma says', async () => {
    expect(await findDrift()).toBeNull()
  })
})
