/** The process: read the settings, build, listen, and close gracefully. */
import type { Server } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import { openDatabaseOf } from './database.ts'
import type { Deps } from './deps.ts'
import { readEnv, type Env } from './env.ts'
import { createHttpServer } from './http-server.ts'
import { createLog, readableLines } from './log.ts'
import { startTracing } from './ops/tracing.ts'
import { CannotStart, runProcess, stopOnSignal } from './process.ts'

/** After this long, what has not ended by itself is cut off. */
const SHUTDOWN_MS = 4_000

/** Time for the last status to reach the clients before their sockets are closed. */
const LAST_WORDS_MS = 100

async function start(): Promise<void> {
  const env = readEnv(process.env)
  const log = createLog(env.LOG_LEVEL, await readableLines())
  const stopTracing = await startTracing(env, log)
  // What the database says is heard while the rest is loaded.
  const opening = openDatabaseOf(env, log)
  // Whoever waits for it is told.
  opening.catch(() => {})
  const { createDeps } = await inTurn(() => import('./deps.ts'))
  const [deps, { createApp }] = await Promise.all([createDeps(env, log, opening), loadApp()])
  const app = createApp(deps, env, log)
  const server = createHttpServer(app, env)

  const stopWithinMs = env.SHUTDOWN_DELAY_MS + SHUTDOWN_MS + 500
  stopOnSignal(async () => {
    deps.ops.health.stop()
    // A proxy hears of it when it looks the next time, and until then goes on sending people here.
    await new Promise((resolve) => setTimeout(resolve, env.SHUTDOWN_DELAY_MS))
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeIdleConnections()
    await deps.drain()
    await new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS))
    // Sockets first: a stream that is completed looks like one that has nothing more to say, and nobody comes back.
    await app.close()
    await deps.api.live.close()
    setTimeout(() => server.closeAllConnections(), 500).unref()
    await closed
    await deps.close()
    await stopTracing()
  }, stopWithinMs)

  try {
    const [needsSetup] = await Promise.all([deps.auth.needsSetup(), listen(server, env)])
    greet(env, server, deps, needsSetup)
  } catch (error) {
    await deps.close()
    throw error
  }
}

/** Piece by piece: each would hold up the answers of the database for as long as all of them. */
async function loadApp() {
  await inTurn(() => import('./graphql/builder.ts'))
  await inTurn(() => import('./graphql/scan.ts'))
  await inTurn(() => import('./graphql/schema.ts'))
  await inTurn(() => import('./graphql/graphql.ts'))
  return inTurn(() => import('./app.ts'))
}

/** After whatever has arrived meanwhile. */
async function inTurn<T>(load: () => Promise<T>): Promise<T> {
  await turn()
  return load()
}

function listen(server: Server, { HOST, PORT }: Env): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason: Record<string, string> = {
        EADDRINUSE: `Port ${PORT} is in use on ${HOST}. Stop what runs there, or choose another one: PORT=${PORT + 1} npm start`,
        EACCES: `This user may not listen on port ${PORT}. Choose one above 1023 with PORT.`,
        EADDRNOTAVAIL: `This machine has no address ${HOST}. Check HOST.`,
        ENOTFOUND: `HOST ${HOST} is not known. Use an address of this machine, such as 127.0.0.1.`,
      }
      reject(error.code !== undefined && error.code in reason ? new CannotStart(reason[error.code]) : error)
    })
    server.listen(PORT, HOST, resolve)
  })
}

function greet(env: Env, server: Server, { api, setupCode, description }: Deps, needsSetup: boolean): void {
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : env.PORT
  const host = env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST
  const url = env.PUBLIC_URL ?? `http://${host}:${port}`
  const lines = [
    '',
    `  Wheel Analyzer is ready:  ${url}`,
    '',
    `  Quotes    ${api.marketData.description}`,
    `  Database  ${description.database}`,
    `  Cache     ${description.cache}`,
    ...(env.ENVIRONMENT === 'LOCAL'
      ? ['  Sign in   demo@example.com / demo-wheel (one click on the sign-in page)']
      : []),
    ...(needsSetup ? [`  Set up    ${url}/set-up with the code ${setupCode}`] : []),
    '',
  ]
  process.stdout.write(lines.join('\n') + '\n')
}

void runProcess(start)
