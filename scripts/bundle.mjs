/**
 * `npm run bundle [folder]`: writes what production runs, and nothing else, to `dist/` or that folder: the server and
 * the worker with all of their packages, the migrations and the built page; and what can be worked out beforehand, so
 * that they start fast.
 */
import { cp, mkdir, realpath, rm, writeFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { shortCuts } from './bundle/short-cuts.mjs'
import { warmUp } from './bundle/warm-up.mjs'
import { root, setUp } from './setup.mjs'

/** Of packages that read files of their own at run time: the files that they read, copied as they are. */
const compiler = 'runtime/query_compiler_fast_bg.postgresql'
const parts = {
  '@electric-sql/pglite': ['index.cjs', 'pglite.data', 'pglite.wasm', 'initdb.wasm'].map(
    (file) => `dist/${file}`,
  ),
  '@prisma/schema-engine-wasm': ['schema_engine_bg.js', 'schema_engine_bg.wasm'],
  '@prisma/client': [`${compiler}.js`, `${compiler}.wasm-base64.js`],
}
/** And what of them is not in the bundle itself. */
const external = [/^@electric-sql\/pglite$/, /^@prisma\/client\/runtime\/query_compiler/]

setUp()
const { rolldown } = await import('rolldown')
const target = resolve(process.argv[2] ?? join(root, 'dist'))
const server = join(root, 'server')
await rm(target, { recursive: true, force: true })
await mkdir(join(target, 'server'), { recursive: true })

const bundle = await rolldown({
  cwd: root,
  input: { main: join(server, 'src/main.ts'), worker: join(server, 'src/worker.ts') },
  platform: 'node',
  external,
  plugins: [
    { name: 'our-own-addresses', transform: { filter: { code: 'import.meta.url' }, handler: relocate } },
    ...shortCuts(server),
  ],
})
const { output } = await bundle.generate({
  format: 'cjs',
  entryFileNames: '[name].script',
  chunkFileNames: '[name]-[hash].script',
})
await bundle.close()
for (const { fileName, code } of output) await write(`server/${fileName}`, scriptOf(code))
await cp(join(root, 'scripts/bundle/launch.cjs'), join(target, 'server/launch.js'))
for (const name of ['main', 'worker'])
  await write(`server/${name}.js`, `require('./launch.js')\nrequire('./${name}.script')\n`)

for (const [name, files] of Object.entries(parts)) {
  const from = await realpath(join(server, 'node_modules', name))
  for (const file of [...files, 'package.json'])
    await cp(join(from, file), join(target, 'node_modules', name, file), { recursive: true })
}
await cp(join(root, 'prisma/migrations'), join(target, 'prisma/migrations'), { recursive: true })
await cp(join(root, 'web/dist'), join(target, 'web/dist'), { recursive: true })
await cp(join(root, 'LICENSE'), join(target, 'LICENSE'))
await write('package.json', '{ "type": "commonjs" }\n')
await warmUp(target, {
  pglite: join(server, 'node_modules/@electric-sql/pglite'),
  ioredis: await realpath(join(server, 'node_modules/ioredis')),
})

function write(file, text) {
  return writeFile(join(target, file), text)
}

/** Our modules find the page and the migrations beside themselves: each keeps the place that it has in `server/`. */
function relocate(code, id) {
  if (!id.startsWith(join(server, 'src'))) return null
  const place = JSON.stringify(relative(server, id))
  const url = `require('node:url').pathToFileURL(require('node:path').join(__dirname, ${place})).href`
  return { code: code.replaceAll('import.meta.url', url) }
}

/**
 * What `launch.cjs` takes. In ASCII, which is half as long in memory and read without being decoded. Code that V8 has
 * kept cannot `import()`; Node's own modules are all that is ever imported so.
 */
function scriptOf(code) {
  const ascii = code
    .replace(/\bimport\("([\w:/]+)"\)/g, (all, id) =>
      isBuiltin(id) ? `Promise.resolve(require("${id}"))` : all,
    )
    .replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return `(function (exports, require, module, __filename, __dirname) { ${ascii}\n})`
}
