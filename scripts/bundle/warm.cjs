/**
 * The server of a bundle, run once to learn from: `node warm.cjs <server folder>`. Told what to keep, it writes what V8
 * has made of each script so far beside it, and the plans that Prisma has made of queries; of `everything`, also of
 * scripts that it has not come to load.
 */
const { existsSync, readFileSync, readdirSync, writeFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { join, resolve } = require('node:path')

const folder = resolve(process.argv[2])
const requireThere = createRequire(join(folder, 'main.js'))

/** What only scans of an installation with Redis load; there is none to try that with. */
const unseen = /^bull-scan-queue-.*\.script$/

const plansFile = join(folder, 'query-plans.json')
const plans = existsSync(plansFile) ? JSON.parse(readFileSync(plansFile, 'utf8')).plans : {}
let connection
const compilerFile = requireThere.resolve('@prisma/client/runtime/query_compiler_fast_bg.postgresql.js')
const bindings = requireThere(compilerFile)
class LearningCompiler extends bindings.QueryCompiler {
  constructor(options) {
    super(options)
    connection = JSON.stringify({ provider: options.provider, ...options.connectionInfo })
  }
  compile(query) {
    return (plans[query] = super.compile(query))
  }
}
require.cache[compilerFile].exports = { ...bindings, QueryCompiler: LearningCompiler }

const { scripts } = requireThere('./launch.js')
process.on('message', (what) => {
  if (what === 'everything')
    for (const file of readdirSync(folder)) if (unseen.test(file)) requireThere(`./${file}`)
  for (const [file, script] of scripts)
    if (!existsSync(`${file}.code`)) writeFileSync(`${file}.code`, script.createCachedData())
  writeFileSync(plansFile, JSON.stringify({ connection, plans }))
  process.send('kept')
})
requireThere('./main.script')
