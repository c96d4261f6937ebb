/** A Redis and a Postgres of the bench's own, for our server and for whoever wants to hear the same events. */
import { programs } from '../../tests/support/programs.ts'
import { startPostgres } from '../../tests/support/postgres-server.ts'
import { startRedis } from '../../tests/support/redis-server.ts'

export interface OwnStores extends AsyncDisposable {
  redisUrl: string
  /** Null where there is no Postgres: our server then has its embedded database. */
  databaseUrl: string | null
}

export async function startStores(): Promise<OwnStores> {
  if (programs.redis === null) throw new Error('Without redis-server, events cannot be measured. Install it.')
  const redis = await startRedis()
  try {
    const postgres = programs.postgres === null ? null : await startPostgres()
    return {
      redisUrl: redis.url,
      databaseUrl: postgres?.url ?? null,
      async [Symbol.asyncDispose]() {
        await postgres?.[Symbol.asyncDispose]()
        await redis[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    await redis[Symbol.asyncDispose]()
    throw error
  }
}
