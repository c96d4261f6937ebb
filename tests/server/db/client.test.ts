import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../server/src/db/client.ts'
import { DatabaseUnavailable } from '../../../server/src/db/database.ts'
import { takeFolderLock } from '../../../server/src/db/folder-lock.ts'
import { applyMigrations } from '../../../server/src/db/migrate.ts'
import { silent } from './databases.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wheel-data-'))
})
afterAll(() => rm(folder, { recursive: true }))

const failureOf = async (opening: Promise<unknown>): Promise<string> => {
  const error = await opening.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(DatabaseUnavailable)
  return (error as Error).message
}

describe('openDatabase', () => {
  it('keeps what was stored, and lets one process at a time into the folder', async () => {
    const dataDir = join(folder, 'deep', 'data')
    const first = await openDatabase({ databaseUrl: null, dataDir, log: silent })
    await applyMigrations(first)
    await first.prisma.stock.create({ data: { symbol: 'KO', createdAt: '2025-06-06T19:30:00.123Z' } })

    expect(await failureOf(openDatabase({ databaseUrl: null, dataDir, log: silent }))).toBe(
      `The data folder ${dataDir} is in use by another process (${process.pid}). ` +
        'Stop it, or choose another folder with DATA_DIR.',
    )
    await first.close()

    const second = await openDatabase({ databaseUrl: null, dataDir, log: silent })
    const [stock] = await second.prisma.stock.findMany()
    expect(stock?.createdAt.toISOString()).toBe('2025-06-06T19:30:00.123Z')
    await second.close()
  }, 30_000)

  it('says in a sentence, without the password, that Postgres cannot be reached', async () => {
    const databaseUrl = 'postgres://wheel:secret@127.0.0.1:1/wheel'
    const message = await failureOf(openDatabase({ databaseUrl, dataDir: folder, log: silent }))
    expect(message).toBe(
      'The database wheel on 127.0.0.1:1 cannot be reached: connect ECONNREFUSED 127.0.0.1:1.',
    )
  })

  it('says that DATABASE_URL is not a URL', async () => {
    const message = await failureOf(openDatabase({ databaseUrl: 'wheel', dataDir: folder, log: silent }))
    expect(message).toContain('DATABASE_URL')
  })
})

describe('takeFolderLock', () => {
  it('takes over from a process that died, or was never finished writing', async () => {
    const file = join(folder, 'lock')
    const dead = spawn(process.execPath, ['-e', ''])
    await new Promise((resolve) => dead.on('exit', resolve))
    for (const left of [JSON.stringify({ pid: dead.pid, started: null }), '{"pid":']) {
      await writeFile(file, left)
      const lock = takeFolderLock(file)
      expect(lock).toHaveProperty('release')
      if ('release' in lock) lock.release()
    }
  })

  it('is not fooled by a later process with the same number', async () => {
    const file = join(folder, 'reused')
    await writeFile(file, JSON.stringify({ pid: process.pid, started: '1' }))
    expect(takeFolderLock(file)).toHaveProperty('release')
    expect(takeFolderLock(file)).toEqual({ heldBy: process.pid })
  })
})
