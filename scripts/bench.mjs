/**
 * `npm run bench [-- parts and flags]`: measures the parts that are named, or all of them, beside the least possible and
 * other servers. `--quick`: a fast look. `--write`: into docs/. Wants a machine that does nothing else.
 */
import { spawn } from 'node:child_process'
import { call, PNPM, setUp } from './setup.mjs'

/** Each in `bench/<name>.ts`. Scans are a program of their own, which writes docs/scale.md. */
const parts = ['fan-out', 'stalled-reader', 'queries', 'start', 'reading']
const programs = { main: parts, scan: ['scan'] }
const withServers = ['fan-out', 'stalled-reader', 'queries', 'start']

const given = process.argv.slice(2)
const flags = given.filter((word) => word.startsWith('--'))
const named = given.filter((word) => !word.startsWith('--'))
const all = Object.values(programs).flat()
const unknown = named.filter((name) => !all.includes(name))
if (unknown.length > 0) {
  process.stdout.write(`There is no bench ${unknown.join(', ')}; there are ${all.join(', ')}.\n`)
  process.exit(1)
}
const chosen = named.length > 0 ? named : all

setUp({ page: false })
if (chosen.some((name) => withServers.includes(name))) {
  // The other servers, in a folder of their own: whoever only runs the application does without.
  const peers = [
    '--dir',
    'bench/peers',
    'install',
    '--ignore-workspace',
    '--frozen-lockfile',
    '--reporter=append-only',
  ]
  const code = call('npx', ['--yes', PNPM, ...peers]) || call(process.execPath, ['scripts/bundle.mjs'])
  if (code !== 0) process.exit(code)
}

const codes = []
for (const [program, its] of Object.entries(programs)) {
  const names = its.filter((name) => chosen.includes(name))
  if (names.length > 0) codes.push(await run(program, [...names, ...flags]))
}
process.exit(Math.max(...codes))

/** In a process group of its own, which ends with it, however it ends: nothing that it has started is left behind. */
async function run(program, args) {
  const child = spawn(process.execPath, ['--import', 'tsx/esm', `bench/${program}.ts`, ...args], {
    cwd: new URL('..', import.meta.url),
    stdio: 'inherit',
    detached: true,
  })
  const endAll = () => {
    if (child.pid === undefined) return
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // Nobody is left.
    }
  }
  const stop = () => {
    endAll()
    process.exit(130)
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
  const code = await new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
  process.off('SIGINT', stop).off('SIGTERM', stop)
  endAll()
  return code
}
