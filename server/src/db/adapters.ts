/** Prisma's road to Postgres, with the way its adapters run migrations mended. */
import { PrismaPg } from '@prisma/adapter-pg'
import {
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import type { Pool } from 'pg'

/**
 * The adapters cut a migration at its semicolons (pg) or don't wait for it (PGlite). Sent whole, as here, a script is
 * one transaction: it is applied entirely or not at all.
 */
export const sendingWholeScripts = <A extends SqlDriverAdapter>(
  adapter: A,
  send: (script: string) => Promise<unknown>,
): A => {
  adapter.executeScript = async (script) => {
    try {
      await send(script)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      const { code, severity, detail } = error as Error &
        Record<'code' | 'severity' | 'detail', string | undefined>
      // In this form the engine repeats what the database said.
      throw new DriverAdapterError({
        kind: 'postgres',
        code: code ?? '',
        severity: severity ?? 'ERROR',
        message: error.message,
        detail,
        column: undefined,
        hint: undefined,
      })
    }
  }
  return adapter
}

/** Over a pool of connections to Postgres. */
export const postgresAdapter = (pool: Pool): SqlMigrationAwareDriverAdapterFactory => {
  const factory = new PrismaPg(pool)
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => sendingWholeScripts(await factory.connect(), (script) => pool.query(script)),
    connectToShadowDb: () => factory.connectToShadowDb(),
  }
}
