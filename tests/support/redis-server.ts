/** A Redis of the test's own, on a free port, that can be stopped, stalled and brought back. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from './free-port.ts'
import { programs } from './programs.ts'
import { until } from './until.ts'

export interface RedisServer extends AsyncDisposable {
  url: string
  port: number
  /** Kills it; without `appendonly`, what it held is gone. */
  stop(): Promise<void>
  /** Starts it again on the same port. */
  start(): Promise<void>
  /** Stops answering, with connections open. */
  stall(): void
  resume(): void
}

export interface RedisServerOptions {
  /** True: what it holds survives `stop` and `start`. */
  appendonly?: boolean
  /** E.g. `3mb`: what does not fit is refused. */
  maxmemory?: string
  /** Port of the master that it copies. */
  replicaOf?: number
}

export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const { appendonly = false, maxmemory, replicaOf } = options
  const folder = mkdtempSync(join(tmpdir(), 'wheel-redis-'))
  const memory = maxmemory === undefined ? [] : ['--maxmemory', maxmemory, '--maxmemory-policy', 'noeviction']
  const master = replicaOf === undefined ? [] : ['--replicaof', '127.0.0.1', String(replicaOf)]
  const kept = ['--dir', folder, '--save', '', '--appendonly', appendonly ? 'yes' : 'no']
  return startRedisProcess([...kept, ...memory, ...master, '--repl-diskless-sync-delay', '0'], () =>
    rmSync(folder, { recursive: true, force: true }),
  )
}

/** @param args of the command line, but the port and the address */
export async function startRedisProcess(args: string[], cleanUp: () => void): Promise<RedisServer> {
  const program = programs.redis
  if (program === null) throw new Error('redis-server is not installed')
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  let child: ChildProcess | null = null

  async function start(): Promise<void> {
    if (program === null) return
    child = spawn(program, [...args, '--port', String(port), '--bind', '127.0.0.1'], { stdio: 'ignore' })
    await until(async () => {
      const probe = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 })
      probe.on('error', () => {})
      try {
        await probe.connect()
        return (await probe.ping()) === 'PONG'
      } finally {
        probe.disconnect()
      }
    })
  }

  async function stop(): Promise<void> {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }

  await start()
  return {
    url,
    port,
    start,
    stop,
    stall: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await stop()
      cleanUp()
    },
  }
}
