/** Our server as it runs in production: the bundle, over TCP, with sign-in, rights and limits. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ask, signIn } from '../../tests/support/server.ts'
import { until } from '../../tests/support/until.ts'
import type { Child } from '../child.ts'
import { runServer, type RunningServer } from './running.ts'

export interface Ours extends RunningServer {
  /** Of a session of the administrator. */
  cookie: string
}

export interface Stores {
  /** Null: results and events stay in the process. */
  redisUrl: string | null
  /** Null: the embedded database. */
  databaseUrl: string | null
}

export const dist = resolve(import.meta.dirname, '../../dist')

/** On, and so high that nobody here runs into them. */
export const limits = {
  RATE_LIMIT_PER_MINUTE: '1000000',
  MAX_SOCKETS_PER_USER: '100000',
  MAX_SOCKETS_PER_ADDRESS: '100000',
}

/** Longer than any bench: nothing expires while it is measured. */
export const RESULTS_LIVE_SECONDS = 86_400

export function settingsOf({ redisUrl, databaseUrl }: Stores, dataDir: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    // As in the image.
    NODE_ENV: 'production',
    PORT: '0',
    DATA_DIR: dataDir,
    AUTH_SECRET: 'a secret of the bench, and of nobody else',
    LOG_LEVEL: 'warn',
    DEMO_LATENCY_MS: '1',
    // The simulated market of one moment, and so much of it that an answer has about 80 kB.
    CLOCK_AT: '2025-06-06T19:30:00Z',
    SCAN_MIN_ANNUALIZED_RETURN: '23',
    CACHE_TTL_OPTIONS_SECONDS: String(RESULTS_LIVE_SECONDS),
    ...limits,
    ...(redisUrl !== null && { REDIS_URL: redisUrl }),
    ...(databaseUrl !== null && { DATABASE_URL: databaseUrl }),
  }
}

/** @param keptIn a folder for its data, which is then not removed */
export async function startOurs(stores: Stores, keptIn?: string): Promise<Ours> {
  if (!existsSync(dist))
    throw new Error('There is no bundle. `npm run bench` makes it; so does `npm run bundle`.')
  const dataDir = keptIn ?? mkdtempSync(join(tmpdir(), 'wheel-bench-'))
  const server = await runServer(
    { args: ['server/main.js'], cwd: dist, env: settingsOf(stores, dataDir) },
    readyAt,
    () => {
      if (keptIn === undefined) rmSync(dataDir, { recursive: true, force: true })
    },
  )
  try {
    return { ...server, cookie: await signIn(server.url) }
  } catch (error) {
    await server[Symbol.asyncDispose]()
    throw error
  }
}

/** Has it scan its simulated market once. */
export async function scan({ url, cookie }: Ours): Promise<void> {
  await ask(url, cookie, 'mutation { startScan { __typename } }')
  await until(async () => {
    const { data } = await ask<{ scanStatus: { state: string } }>(url, cookie, '{ scanStatus { state } }')
    return data.scanStatus.state === 'COMPLETED'
  }, 60_000)
}

function readyAt({ process: child }: Child): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.once('exit', (code) => reject(new Error(`Our server ended with ${code}: ${said}`)))
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const address = /is ready:\s+(\S+)/.exec(said)?.[1]
      if (address !== undefined) resolve(address)
    })
  })
}
