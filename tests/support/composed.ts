/**
 * What docker-compose.yml starts, as processes of this machine: the same programs with the same commands, settings and
 * files. Only addresses are others, and the clock of our own programs, which shows a time when the exchange is open.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { closeable, type OnClose } from '../../server/src/closing.ts'
import { readComposeFile } from './compose-file.ts'
import { commandOf, environmentOf, readDockerfile, stageOf } from './dockerfile.ts'
import { silentLog } from './fakes.ts'
import { freePort } from './free-port.ts'
import { unprivileged } from './image.ts'
import { startPostgres, type PostgresServer } from './postgres-server.ts'
import { startProxy } from './proxy.ts'
import { startRedisProcess, type RedisServer } from './redis-server.ts'
import { until } from './until.ts'
import { withoutLimits } from './without-limits.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFileSync(join(repository, path), 'utf8')

/** A Wednesday, 11:00 in New York. */
const MARKET_TIME = Date.parse('2026-06-03T15:00:00Z')

export interface Program {
  name: string
  /** Where it answers by itself, without the proxy. */
  url: string
  output(): string
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | null>
  /** Starts it again, as Docker would, and waits until it is healthy. */
  start(): Promise<void>
  /** Runs the health check of the compose file. */
  isHealthy(): boolean
}

export interface Composed extends AsyncDisposable {
  /** Where people reach it. */
  url: string
  servers: Program[]
  workers: Program[]
  redis: RedisServer
  postgres: PostgresServer
}

/** @param variables what an operator writes into `.env` */
export async function composeUp(variables: Record<string, string>): Promise<Composed> {
  const { close, ...composed } = await closeable(silentLog, (onClose) => build(variables, onClose))
  return { ...composed, [Symbol.asyncDispose]: close }
}

async function build(
  variables: Record<string, string>,
  onClose: OnClose,
): Promise<Omit<Composed, keyof AsyncDisposable>> {
  const closing = <T extends AsyncDisposable>(opened: T): T => {
    onClose(async () => opened[Symbol.asyncDispose]())
    return opened
  }
  const folder = mkdtempSync(join(tmpdir(), 'wheel-composed-'))
  onClose(async () => rmSync(folder, { recursive: true, force: true }))
  chmodSync(folder, 0o755)
  execFileSync(process.execPath, ['scripts/bundle.mjs', folder], { cwd: repository, stdio: 'ignore' })

  const proxyPort = await freePort()
  const url = `http://127.0.0.1:${proxyPort}`
  const { services } = readComposeFile(read('docker-compose.yml'), {
    PUBLIC_URL: url,
    FRONT_SUBNET: '127.0.0.0/8',
    ...variables,
  })
  const postgres = closing(await startPostgres())
  await createDatabase(postgres.url, services['postgres']?.environment ?? {})
  const [, ...redisArgs] = services['redis']?.command ?? []
  const data = mkdtempSync(join(tmpdir(), 'wheel-redis-'))
  const redis = closing(
    await startRedisProcess([...redisArgs, '--dir', data], () =>
      rmSync(data, { recursive: true, force: true }),
    ),
  )

  const addresses = new Map([
    ['postgres:5432', new URL(postgres.url).host],
    ['redis:6379', `127.0.0.1:${redis.port}`],
  ])
  const here = (settings: Record<string, string | number> = {}) =>
    Object.fromEntries(
      Object.entries(settings).map(([name, value]) => [
        name,
        [...addresses].reduce((text, [there, address]) => text.replace(there, address), String(value)),
      ]),
    )
  const image = stageOf(readDockerfile(read('Dockerfile')), 'app')

  async function start(service: string, name: string): Promise<Program> {
    const { command = commandOf(image), environment, healthcheck } = services[service] ?? {}
    const port = String(await freePort())
    addresses.set(`${service}:${environment?.['PORT']}`, `127.0.0.1:${port}`)
    const settings = {
      PATH: process.env['PATH'] ?? '',
      ...environmentOf(image),
      ...withoutLimits,
      ...here(environment),
      // On this machine one address is enough for all, but not one port.
      HOST: '127.0.0.1',
      ...(environment?.['PORT'] === undefined ? { WORKER_PORT: port } : { PORT: port }),
      NODE_OPTIONS: `--import=${new URL('market-hours.mjs', import.meta.url).href}`,
      CLOCK_AHEAD_MS: String(MARKET_TIME - Date.now()),
    }
    const test = healthcheck?.test ?? []
    const program = createProgram({ name, url: `http://127.0.0.1:${port}`, command, settings, folder, test })
    onClose(async () => void (await program.end('SIGKILL')))
    await program.start()
    return program
  }

  // One after the other: this machine is smaller than those that they are meant for.
  const servers: Program[] = []
  for (const name of ['server-1', 'server-2']) servers.push(await start(name, name))
  const workers: Program[] = []
  for (let replica = 1; replica <= (services['worker']?.deploy?.replicas ?? 1); replica += 1)
    workers.push(await start('worker', `worker-${replica}`))
  closing(await startProxy({ ...here(services['proxy']?.environment), HTTP_PORT: String(proxyPort) }))
  return { url, servers, workers, redis, postgres }
}

interface ProgramOptions {
  name: string
  url: string
  command: string[]
  settings: Record<string, string>
  folder: string
  test: string[]
}

function createProgram({ name, url, command, settings, folder, test }: ProgramOptions): Program {
  // The image's node is ours.
  const nodeOf = (words: string[]) => words.map((word) => (word === 'node' ? process.execPath : word))
  const options = { cwd: folder, env: settings, ...unprivileged() }
  let output = ''
  let running: { child: ReturnType<typeof spawn>; exited: Promise<number | null> } | null = null
  const isHealthy = () => {
    const [program = '', ...args] = nodeOf(test.slice(1))
    return spawnSync(program, args, { ...options, timeout: 5_000 }).status === 0
  }
  return {
    name,
    url,
    output: () => output,
    isHealthy,
    async start() {
      const [program = '', ...args] = nodeOf(command)
      const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
      const from = output.length
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
      running = { child, exited: once(child, 'close').then(([code]) => code as number | null) }
      await until(() => child.exitCode !== null || output.slice(from).includes('is ready'), 30_000)
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${output}`)
      await until(isHealthy, 30_000)
    },
    async end(signal) {
      running?.child.kill(signal)
      return (await running?.exited) ?? null
    },
  }
}

/** What the image of Postgres does with its settings. */
async function createDatabase(url: string, settings: Record<string, string | number>): Promise<void> {
  const { POSTGRES_USER = '', POSTGRES_PASSWORD = '', POSTGRES_DB = '' } = settings
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(`CREATE ROLE "${POSTGRES_USER}" SUPERUSER LOGIN PASSWORD '${POSTGRES_PASSWORD}'`)
  await client.query(`CREATE DATABASE "${POSTGRES_DB}" OWNER "${POSTGRES_USER}"`)
  await client.end()
}
