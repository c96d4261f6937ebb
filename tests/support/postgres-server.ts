/** A Postgres of the test run's own, on a free port, in a folder that goes away with it; it can fail in several ways. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
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
  /** Ends it and its connections, as for a restart; from then on connections are refused. It keeps its data. */
  stop(): Promise<void>
  /** Starts it again on the same port. */
  start(): Promise<void>
  /** Stops answering, with connections open and new ones taken. */
  stall(): void
  resume(): void
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
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const program = programs.postgres
  let child: ChildProcess | null = null

  async function start(): Promise<void> {
    child = spawn(
      program,
      ['-D', join(folder, 'data'), '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
      options,
    )
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
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }

  /** Each connection is served by a process of its own, which goes on when only its parent is stopped. */
  function signalAll(signal: NodeJS.Signals): void {
    const parent = child?.pid
    if (parent === undefined) return
    sendTo(parent, signal)
    for (const line of execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).split('\n')) {
      const [pid, ppid] = line.trim().split(/\s+/).map(Number)
      if (pid !== undefined && ppid === parent) sendTo(pid, signal)
    }
  }

  await start()
  return {
    url,
    stop: () => end('SIGINT'),
    start,
    stall: () => signalAll('SIGSTOP'),
    resume: () => signalAll('SIGCONT'),
    async [Symbol.asyncDispose]() {
      signalAll('SIGCONT')
      await end('SIGQUIT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** It may have ended just now. */
function sendTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Postgres refuses to run as root. */
function unprivileged(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}
