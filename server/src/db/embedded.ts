/** The embedded database: PGlite, a Postgres inside this process. Loaded only where there is no DATABASE_URL. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { PrismaPGlite } from 'pglite-prisma-adapter'
import type { Log } from '../scan/ports.ts'
import { sendingWholeScripts } from './adapters.ts'
import { type Database, DatabaseUnavailable, why } from './database.ts'
import { takeFolderLock } from './folder-lock.ts'
import { latePrisma } from './late-prisma.ts'
import { readTimestamp, sqlOver, TIMESTAMP } from './sql.ts'

/** Over an embedded database. */
export const pgliteAdapter = (pglite: PGlite): SqlMigrationAwareDriverAdapterFactory => {
  const factory = new PrismaPGlite(pglite)
  const connect = async () => sendingWholeScripts(await factory.connect(), (script) => pglite.exec(script))
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect,
    // The engine replays migrations in a scratch database. Only development and tests ask for that, and what they
    // give here is a scratch database already.
    connectToShadowDb: connect,
  }
}

/** @throws DatabaseUnavailable when another process has the folder, or it cannot be opened */
export const openEmbedded = async (dataDir: string, log: Log): Promise<Database> => {
  const inMemory = dataDir.startsWith('memory://')
  const folder = inMemory ? dataDir : join(dataDir, 'pglite')
  let release = () => {}
  if (!inMemory) {
    await mkdir(dataDir, { recursive: true, mode: 0o700 })
    const lock = takeFolderLock(`${folder}.lock`)
    if ('heldBy' in lock)
      throw new DatabaseUnavailable(
        `The data folder ${dataDir} is in use by another process (${lock.heldBy}). ` +
          'Stop it, or choose another folder with DATA_DIR.',
      )
    release = lock.release
  }
  try {
    const pglite = await PGlite.create(folder)
    // Instants are stored as UTC, whatever zone the machine is in.
    await pglite.exec(`SET TIME ZONE 'UTC'`)
    const adapter = pgliteAdapter(pglite)
    const { prisma, close: closePrisma } = latePrisma(async () => adapter)
    return {
      prisma,
      sql: sqlOver((text, values) => pglite.query(text, values, { parsers: { [TIMESTAMP]: readTimestamp } })),
      // It lives and dies with this process: there is no outage to wait for.
      afterOutage: (work) =>
        void work().catch((error: unknown) => log.error({ err: error }, 'The database refused a change.')),
      onBack: () => {},
      description: inMemory ? 'embedded, in memory' : `embedded in ${folder}`,
      exclusively: (work) => work(adapter),
      close: async () => {
        await closePrisma()
        await pglite.close()
        release()
      },
    }
  } catch (error) {
    release()
    throw new DatabaseUnavailable(`The database in ${folder} cannot be opened: ${why(error)}.`, {
      cause: error,
    })
  }
}
