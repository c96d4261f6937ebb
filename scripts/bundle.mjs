/**
 * `npm run bundle [folder]`: writes what production runs, and nothing else, to `dist/` or that folder: the server and
 * the worker, each with all of its packages in one file, the migrations and the built page.
 */
import { cp, mkdir, realpath, rm, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { root, setUp } from './setup.mjs'

/** Packages that read files of their own at run time: copied as they are, without what nobody reads. */
const whole = ['@electric-sql/pglite', '@prisma/schema-engine-wasm']
const unread = /\.(map|cjs|cts|tar\.gz|d\.ts)$/

setUp()
const { rolldown } = await import('rolldown')
const target = resolve(process.argv[2] ?? join(root, 'dist'))
const server = join(root, 'server')
await rm(target, { recursive: true, force: true })
await mkdir(join(target, 'node_modules'), { recursive: true })

const bundle = await rolldown({
  cwd: root,
  input: { main: join(server, 'src/main.ts'), worker: join(server, 'src/worker.ts') },
  platform: 'node',
  external: whole.map((name) => new RegExp(`^${name}(/|$)`)),
  plugins: [
    { name: 'our-own-addresses', transform: { filter: { code: 'import.meta.url' }, handler: relocate } },
  ],
})
await bundle.write({
  dir: join(target, 'server'),
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
})
await bundle.close()

for (const name of whole) {
  const from = await realpath(join(server, 'node_modules', name))
  await cp(from, join(target, 'node_modules', name), {
    recursive: true,
    filter: (file) => !unread.test(file),
  })
}
await cp(join(root, 'prisma/migrations'), join(target, 'prisma/migrations'), { recursive: true })
await cp(join(root, 'web/dist'), join(target, 'web/dist'), { recursive: true })
await cp(join(root, 'LICENSE'), join(target, 'LICENSE'))
await writeFile(join(target, 'package.json'), '{ "type": "module" }\n')

/** Our modules find the page and the migrations beside themselves: each keeps the place that it has in `server/`. */
function relocate(code, id) {
  if (!id.startsWith(join(server, 'src'))) return null
  const place = JSON.stringify(`./${relative(server, id)}`)
  return { code: code.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`) }
}
