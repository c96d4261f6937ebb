/** Makes a fresh clone ready: dependencies, generated code, the built page. Does only what is out of date. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const PNPM = 'pnpm@10.34.9'
const OLDEST_NODE = [20, 19]

/** Ends the process with a sentence when something cannot be done. */
export function setUp({ page = true } = {}) {
  checkNode()
  if (isOlder('node_modules/.modules.yaml', ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'])) {
    say('Installing packages (the first time takes a minute) …')
    run('npx', ['--yes', PNPM, 'install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'])
  }
  if (isOlder('server/src/db/generated/client.ts', ['prisma/schema.prisma', 'node_modules/.modules.yaml'])) {
    say('Generating the database client …')
    run(process.execPath, ['node_modules/prisma/build/index.js', 'generate'])
  }
  if (isOlder('web/src/gql/graphql.ts', ['schema.graphql', 'codegen.ts', ...files('web/src', 'web/src/gql')])) {
    say('Generating the page’s types …')
    run(process.execPath, ['node_modules/@graphql-codegen/cli/esm/bin.js', '--config', 'codegen.ts'])
  }
  const sources = ['web/index.html', 'web/vite.config.ts', 'node_modules/.modules.yaml', ...files('web/src'), ...files('web/public')]
  if (page && isOlder('web/dist/index.html', sources)) {
    say('Building the page …')
    run(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'], 'web')
  }
}

/** @returns the exit code */
export function call(command, args, folder = '.', env = {}) {
  const options = { cwd: join(root, folder), stdio: 'inherit', shell: process.platform === 'win32', env: { ...process.env, ...env } }
  return spawnSync(command, args, options).status ?? 1
}

function run(command, args, folder) {
  // Nothing may phone home while it sets up.
  const quiet = { CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1', npm_config_fund: 'false' }
  const code = call(command, args, folder, quiet)
  if (code === 0) return
  say(`That failed: ${[command, ...args].join(' ')}`)
  process.exit(code)
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [oldestMajor, oldestMinor] = OLDEST_NODE
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return
  say(`Node ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}.`)
  process.exit(1)
}

/** True when the result is missing, or older than something that it is made from. */
function isOlder(result, sources) {
  const made = timeOf(result)
  return made === null || sources.some((source) => (timeOf(source) ?? 0) > made)
}

function timeOf(path) {
  const file = join(root, path)
  return existsSync(file) ? statSync(file).mtimeMs : null
}

function files(folder, except) {
  const there = join(root, folder)
  if (!existsSync(there)) return []
  return readdirSync(there, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .filter((file) => except === undefined || !file.startsWith(except))
}

function say(sentence) {
  process.stdout.write(`${sentence}\n`)
}
