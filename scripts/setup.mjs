/** Makes a fresh clone ready: dependencies, generated code, the built page. Does only what is out of date. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const PNPM = 'pnpm@10.34.9'
const OLDEST_NODE = [20, 19]

/** Ends the process with a sentence when something cannot be done. */
export function setUp({ page = true } = {}) {
  checkNode()
  const lock = 'pnpm-lock.yaml'
  const node = process.execPath
  const documents = [
    'schema.graphql',
    'codegen.ts',
    ...files('web/src').filter((file) => !file.startsWith('web/src/gql/')),
  ]
  step({
    name: 'install',
    says: 'Installing packages (the first time takes a minute) …',
    from: [lock, 'pnpm-workspace.yaml', 'package.json'],
    makes: 'node_modules/.modules.yaml',
    by: ['npx', '--yes', PNPM, 'install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only'],
  })
  step({
    name: 'database-client',
    says: 'Generating the database client …',
    from: ['prisma/schema.prisma', lock],
    makes: 'server/src/db/generated/client.ts',
    by: [node, 'node_modules/prisma/build/index.js', 'generate'],
  })
  step({
    name: 'page-types',
    says: 'Generating the page’s types …',
    from: documents,
    makes: 'web/src/gql/graphql.ts',
    by: [node, 'node_modules/@graphql-codegen/cli/esm/bin.js', '--config', 'codegen.ts'],
  })
  if (!page) return
  step({
    name: 'page',
    says: 'Building the page …',
    from: [...documents, 'web/index.html', 'web/vite.config.ts', ...files('web/public'), lock],
    makes: 'web/dist/index.html',
    by: [node, 'web/node_modules/vite/bin/vite.js', 'build', 'web', '--logLevel', 'warn'],
  })
}

/** Runs the command unless its result is there and newer than all that it is made from. */
function step({ name, says, from, makes, by: [command, ...args] }) {
  const stamp = join(root, '.setup', name)
  const done = existsSync(stamp) ? statSync(stamp).mtimeMs : 0
  const isCurrent = (file) => existsSync(join(root, file)) && statSync(join(root, file)).mtimeMs <= done
  if (existsSync(join(root, makes)) && from.every(isCurrent)) return
  const began = new Date()
  say(says)
  run(command, args)
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, '')
  // What changed while it ran is to be done again.
  utimesSync(stamp, began, began)
}

/** @returns the exit code */
export function call(command, args, env = {}) {
  const options = {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, ...env },
  }
  return spawnSync(command, args, options).status ?? 1
}

function run(command, args) {
  // Nothing may phone home while it sets up.
  const code = call(command, args, { CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' })
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

function files(folder) {
  const there = join(root, folder)
  if (!existsSync(there)) return []
  return readdirSync(there, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
}

function say(sentence) {
  process.stdout.write(`${sentence}\n`)
}
