/** `npm run check`: what must hold besides the tests. Names each thing that does not, and exits 1. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { call, root, setUp } from './setup.mjs'

setUp()
const bin = (name) => join(root, 'node_modules', '.bin', name)
const contract = () => readFileSync(join(root, 'schema.graphql'), 'utf8')

const before = contract()
const printed = call(bin('tsx'), ['server/src/graphql/print-schema.ts']) === 0
const checks = {
  'schema.graphql is what the code says': printed && contract() === before,
  'no change of the schema breaks clients unannounced': call(bin('tsx'), ['scripts/schema-changes.ts']) === 0,
  'the page’s documents fit the schema': call(bin('graphql-codegen'), ['--config', 'codegen.ts']) === 0,
  'formatting (npm run format)': call(bin('prettier'), ['--check', '--log-level', 'warn', '.']) === 0,
  'lint (npm run lint)': call(bin('oxlint'), ['--quiet']) === 0,
  ...Object.fromEntries(
    ['server', 'web', 'tests', 'bench'].map((folder) => [
      `types of ${folder}`,
      call(bin('tsc'), ['--noEmit', '-p', folder]) === 0,
    ]),
  ),
}

for (const [what, holds] of Object.entries(checks))
  process.stdout.write(`${holds ? 'ok  ' : 'FAIL'} ${what}\n`)
process.exit(Object.values(checks).every(Boolean) ? 0 : 1)
