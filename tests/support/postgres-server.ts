/** A Postgres of the test run's own, on a free port, in a folder that goes away with it. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Client } from 'pg'
import { freePort } from './free-port.ts'
import { programs } from './programs.ts'
import { until } from './until.ts'

export interface PostgresServer extends AsyncDisposable {
  url: string
}

export async function startPostgres(): Promise<PostgresServer> {
  if (programs.postgres === null) throw new Error('postgres is not installed')
  const bin = dirname(programs.postgres)
  const folder = mkdtempSync(join(tmpdir(), 'wheel-postgres-'))
  const identity = unprivileged()
  if (identity !== null) chownSync(folder, identity.uid, identity.gid)
  const options = { cwd: folder, stdio: 'ignore' as const, ...identity }
  execFileSync(
    join(bin, 'initdb'),
    ['-D', join(folder, 'data'), '-U', 'postgres', '-A', 'trust', '--no-sync'],
    options,
  )
  const port = await freePort()
  const settings = [
    'fsync=off',
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'max_connections=200',
  ]
  const child = spawn(
    programs.postgres,
    ['-D', join(folder, 'data'), '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    options,
  )
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  await until(async () => {
    const client = new Client({ connectionString: url })
    client.on('error', () => {})
    try {
      await client.connect()
      return true
    } finally {
      await client.end()
    }
  }, 30_000)
  return {
    url,
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit')
      child.kill('SIGQUIT')
      await exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Postgres refuses to run as root. */
function unprivileged(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}
