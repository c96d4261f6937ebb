/**
 * `npm run bench [-- names and flags]`: every `bench/<name>.ts`, or those that are named, one after the other; flags
 * are handed on (`--write`: into docs/ as well). Wants a machine that does nothing else.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { call, PNPM, root, setUp } from './setup.mjs'

const given = process.argv.slice(2)
const flags = given.filter((word) => word.startsWith('--'))
const all = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
const named = given.filter((word) => !word.startsWith('--'))
const unknown = named.filter((name) => !all.includes(name))
const chosen = named.length > 0 ? named : all
if (unknown.length > 0) {
  process.stdout.write(`There is no bench ${unknown.join(', ')}; there are ${all.join(', ')}.\n`)
  process.exit(1)
}

setUp({ page: false })
if (chosen.includes('queries')) {
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
const codes = chosen.map((name) =>
  call(process.execPath, ['--import', 'tsx/esm', `bench/${name}.ts`, ...flags]),
)
process.exit(Math.max(...codes))
