/** Starts what the tests share, on free ports, and says what is left out on this machine. */
import { startPostgres } from './postgres-server.ts'
import { programs } from './programs.ts'
import { recordingsDir } from './recordings.ts'
import { startRedis } from './redis-server.ts'

export default async function setUp(): Promise<() => Promise<void>> {
  const left = [
    programs.redis === null && 'Redis (install redis-server)',
    programs.postgres === null && 'Postgres (install postgresql)',
    programs.haproxy === null && 'the proxy (install haproxy)',
    programs.openssl === null && 'certificates (install openssl)',
    programs.chromium === null && 'the browser (install chromium)',
    recordingsDir() === null && 'recorded provider responses (set RECORDINGS_DIR)',
  ].filter((name) => name !== false)
  console.log(
    left.length === 0 ? 'Nothing is left out.' : `Left out on this machine: tests with ${left.join(', ')}.`,
  )

  // Never what happens to listen on the standard ports.
  const redis = programs.redis === null ? null : await startRedis()
  const postgres = programs.postgres === null ? null : await startPostgres()
  set('TEST_REDIS_URL', redis?.url)
  set('TEST_DATABASE_URL', postgres?.url)
  return async () => {
    await redis?.[Symbol.asyncDispose]()
    await postgres?.[Symbol.asyncDispose]()
  }
}

function set(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]
  else process.env[name] = value
}
