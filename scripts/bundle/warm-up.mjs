/** Runs a fresh bundle and asks it what the first person would, so that it can bring along what it learns by that. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { startPostgres } from './postgres.mjs'
import { startRedis } from './redis.mjs'

const warm = fileURLToPath(new URL('warm.cjs', import.meta.url))
const query = `{
  scanResults {
    lastRun scanInProgress degraded isLocalEnvironment epoch seq source
    criteria { minAnnualizedReturn maxAbsDelta }
    tickers { symbol rating underlyingPrice stock { name } options { id strike bid rating } }
  }
  viewer { id name role }
}`

/**
 * @param target the folder of the bundle
 * @param packages folders of the packages `pglite` and `ioredis`
 */
export async function warmUp(target, { pglite, ioredis }) {
  const { PGlite } = await import(pathToFileURL(join(pglite, 'dist/index.js')).href)
  const postgres = await startPostgres(PGlite)
  const redis = await startRedis(ioredis)
  const dataDir = await mkdtemp(join(tmpdir(), 'wheel-bundle-'))
  const common = { DATABASE_URL: postgres.url, DATA_DIR: dataDir }
  const server = (settings) => startServer(join(target, 'server'), { ...common, ...settings })
  try {
    // The first start makes the tables and the demo account: what is kept is from a start like all others.
    const first = await server()
    const cookie = await first.signIn()
    await first.end()
    const second = await server()
    await second.ask({ cookie })
    await second.keep()
    // Into files of their own: what compiles a query that comes again, and what signs in, are not loaded with the server.
    for (const name of ['One', 'Two', 'Three']) {
      await second.ask(
        { cookie },
        200,
        `mutation { updateStock(symbol: "AAPL", input: { name: "${name}" }) { name } }`,
      )
      await second.ask({ cookie }, 200, '{ stocks { symbol name } }')
    }
    await second.signIn()
    await second.ask({ authorization: `Bearer wa_${'x'.repeat(43)}` }, 401)
    await second.keep()
    await second.end()
    const withRedis = await server({ REDIS_URL: redis.url })
    await withRedis.ask({ cookie })
    await withRedis.keep()
    await withRedis.end()
    const inProduction = await server({ ENVIRONMENT: 'PRODUCTION', AUTH_SECRET: 'x'.repeat(32) })
    await inProduction.keep('everything')
    await inProduction.end()
  } finally {
    redis.close()
    await postgres.close()
    await rm(dataDir, { recursive: true })
  }
}

async function startServer(folder, settings) {
  const environment = { ENVIRONMENT: 'LOCAL', HOST: '127.0.0.1', PORT: '0', NODE_ENV: 'production' }
  const child = fork(warm, [folder], { env: { ...environment, ...settings }, stdio: 'pipe' })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const ended = once(child, 'exit')
  const failed = ended.then(() => {
    throw new Error(`The bundle does not work: ${output}`)
  })
  failed.catch(() => {})
  const ready = new Promise((resolve) => {
    child.stdout.on('data', () => {
      const url = /is ready: +(\S+)/.exec(output)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
  const url = await Promise.race([ready, failed])

  async function post(path, body, headers = {}, status = 200) {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (response.status !== status || (status === 200 && text.includes('"errors"')))
      throw new Error(`The bundle does not work: ${text} ${output}`)
    return response
  }

  return {
    async signIn() {
      const account = { email: 'demo@example.com', password: 'demo-wheel' }
      const response = await post('/api/auth/sign-in/email', account)
      return response.headers.getSetCookie()[0].split(';')[0]
    },
    ask: (headers, status, text = query) => post('/graphql', { query: text }, headers, status),
    async keep(what = 'what was loaded') {
      child.send(what)
      await Promise.race([once(child, 'message'), failed])
    },
    async end() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
