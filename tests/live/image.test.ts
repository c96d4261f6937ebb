/** The production image, built without Docker from the Dockerfile's own lines, and run as the image's user. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startCollector } from '../support/collector.ts'
import { createDatabase } from '../support/databases.ts'
import { commandOf, environmentOf, lastOf } from '../support/dockerfile.ts'
import { buildImage, unprivileged, type Image } from '../support/image.ts'
import { until } from '../support/until.ts'

const identity = unprivileged()
const redisUrl = process.env['TEST_REDIS_URL']
const hasServers = redisUrl !== undefined && process.env['TEST_DATABASE_URL'] !== undefined
const secret = 'a secret of the tests, and of nobody else'
let image: Image
let files: string[]

beforeAll(() => {
  image = buildImage('app', identity)
  files = readdirSync(image.workdir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(image.workdir.length + 1))
  // The whole of it is read-only in production; what we own ourselves is made so here.
  spawnSync('chmod', ['-R', 'a-w,a+rX', image.workdir])
}, 300_000)
afterAll(() => {
  spawnSync('chmod', ['-R', 'u+w', image.workdir])
  image[Symbol.dispose]()
})

/** Runs the image's command, or another, as its user. */
function start(settings: Record<string, string>, command = commandOf(image.stage)) {
  const [program = '', ...args] = command
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    cwd: image.workdir,
    ...identity,
    env: {
      PATH: process.env['PATH'] ?? '',
      ...environmentOf(image.stage),
      DATA_DIR: join(image.root, 'data'),
      HOST: '127.0.0.1',
      PORT: '0',
      AUTH_SECRET: secret,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exited = once(child, 'close').then(([code]) => code as number | null)
  return {
    output: () => output,
    async ready(): Promise<string> {
      await until(() => child.exitCode !== null || output.includes('is ready'), 30_000)
      if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode}: ${output}`)
      return /(?:ready|Health)\S*\s+(http:\/\/[\w.]+:\d+)/.exec(output)?.[1] ?? ''
    },
    async end(): Promise<number | null> {
      child.kill('SIGTERM')
      return exited
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

describe('the image', () => {
  test('runs as somebody without rights', () => {
    expect(lastOf(image.stage, 'USER')).toBe('node')
  })

  test('holds what production runs, and nothing else', () => {
    const folders = new Set(files.map((file) => file.split('/')[0]))
    expect(folders).toEqual(new Set(['LICENSE', 'node_modules', 'package.json', 'prisma', 'server', 'web']))
    expect(files.filter((file) => /\.(tsx?|map|tar\.gz)$|\.test\.|(^|\/)\.env/.test(file))).toEqual([])
    const packages = files
      .filter((file) => file.startsWith('node_modules/'))
      .map((file) => file.split('/').slice(1, 3).join('/'))
    expect(new Set(packages)).toEqual(
      new Set(['@electric-sql/pglite', '@prisma/client', '@prisma/schema-engine-wasm']),
    )
  })

  test('brings what V8 has made of the server, and V8 takes it', () => {
    const script = `
      const { readFileSync } = require('node:fs')
      const { Script } = require('node:vm')
      for (const name of process.argv.slice(1)) {
        const cachedData = readFileSync(name + '.code')
        const script = new Script(readFileSync(name, 'latin1'), { filename: require('node:path').resolve(name), cachedData })
        console.log(script.cachedDataRejected)
      }`
    const scripts = files.filter((file) => files.includes(`${file}.code`))
    expect(scripts).toContain('server/main.script')
    const { stdout } = spawnSync(process.execPath, ['-e', script, ...scripts], {
      cwd: image.workdir,
      encoding: 'utf8',
    })
    expect(stdout.trim().split('\n')).toEqual(scripts.map(() => 'false'))
  })

  test('is small: under 60 MB beside Node', () => {
    const bytes = files.reduce((sum, file) => sum + statSync(join(image.workdir, file)).size, 0)
    console.log(`the app in the image: ${(bytes / 1e6).toFixed(1)} MB in ${files.length} files`)
    expect(bytes).toBeLessThan(60e6)
  })

  test('holds nothing that its user could change', () => {
    const script = `
      for (const file of ['server/main.js', 'new', 'node_modules/new', 'web/dist/new'])
        try { require('node:fs').appendFileSync(file, ''); console.log('wrote', file) } catch (error) { console.log(error.code) }`
    const { stdout } = spawnSync(process.execPath, ['-e', script], {
      cwd: image.workdir,
      ...identity,
      encoding: 'utf8',
    })
    expect(stdout.trim().split('\n')).toEqual(Array.from({ length: 4 }, () => 'EACCES'))
  })

  test('starts on the embedded database, serves the page and what belongs to it, and stops', async () => {
    await using collector = await startCollector()
    await using server = start(collector.environment)
    const url = await server.ready()
    const page = await (await fetch(url)).text()
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1] ?? ''
    expect((await fetch(url + script)).headers.get('content-type')).toContain('javascript')
    expect((await fetch(`${url}/health/ready`)).status).toBe(200)
    expect(await (await fetch(`${url}/api/status`)).json()).toMatchObject({
      environment: 'PRODUCTION',
      needsSetup: true,
    })
    expect((await fetch(`${url}/graphql`, { method: 'POST', body: '{}' })).status).toBe(401)
    expect(existsSync(join(image.root, 'data/pglite'))).toBe(true)
    // The SDK is loaded only where there is a collector.
    await until(() => collector.spans.length > 0)
    expect(await server.end()).toBe(0)
  })

  test.skipIf(!hasServers)('needs no folder to write to on Postgres and Redis', async () => {
    const settings = {
      DATABASE_URL: await createDatabase(),
      REDIS_URL: redisUrl ?? '',
      SCAN_WORKERS: 'external',
      DATA_DIR: '/nowhere',
    }
    await using server = start(settings)
    await using worker = start({ ...settings, WORKER_PORT: '0' }, ['node', 'server/worker.js'])
    for (const program of [server, worker]) {
      const url = await program.ready()
      expect(await (await fetch(`${url}/health/ready`)).json()).toMatchObject({ status: 'ok' })
      expect(await program.end()).toBe(0)
    }
  })

  test.skipIf(!hasServers)('starts on another V8 too, which makes its own of the scripts', async () => {
    // With other flags it does not take what was made without them.
    const settings = { DATABASE_URL: await createDatabase(), DATA_DIR: '/nowhere' }
    await using server = start(settings, ['node', '--no-opt', 'server/main.js'])
    const url = await server.ready()
    expect(await (await fetch(`${url}/api/status`)).json()).toMatchObject({ needsSetup: true })
    expect(await server.end()).toBe(0)
  })

  test('says its mistakes in one line', async () => {
    await using server = start({ AUTH_SECRET: '' })
    await until(() => server.output().includes('AUTH_SECRET must be set'), 10_000)
    expect(server.output()).not.toMatch(/\n\s+at /)
  })
})
