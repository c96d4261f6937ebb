/**
 * Plugins for rolldown that leave out what packages load at the start of every process, and no process of ours needs.
 * Each changes the time that a start takes and nothing else. One that no longer applies fails: a package has changed, and
 * somebody has to look.
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Modules, by what is asked for and by whom: there is nothing in them. */
const unneeded = [
  // Asked for in case it is there: a search through all folders.
  { id: /^node-libcurl$/, by: /@whatwg-node[\\/]fetch[\\/]/ },
  // For forms, which GraphQL does not take here.
  { id: /^@fastify\/busboy$/, by: /@whatwg-node[\\/]node-fetch[\\/]/ },
  // Nobody's numbers are pushed anywhere.
  { id: /^\.\/lib\/pushgateway$/, by: /prom-client[\\/]index\.js$/ },
  // Its limiters for databases that we do not have.
  {
    id: /^\.\/lib\/(RLWrapper|BurstyRateLimiter|RateLimiter(?!(Redis|Memory|Res|CompatibleAbstract)$))/,
    by: /rate-limiter-flexible[\\/]index\.js$/,
  },
]

/** Questions whose asking makes Node load all of its `fetch`, with the answer that they have on Node. */
const answered = [
  { file: /[\\/]pg[\\/]lib[\\/]stream\.js$/, question: 'if (isCloudflareRuntime())', answer: 'if (false)' },
  {
    file: /@whatwg-node[\\/]server[\\/].*[\\/]createServerAdapter\.js$/,
    question: 'fetchAPI.Request !== globalThis.Request',
    answer: 'true',
  },
]

const NOTHING = '\0nothing'

/** @param from a folder in which the packages are found */
export function shortCuts(from) {
  const unused = new Set([...unneeded, ...answered])
  return [
    {
      name: 'unneeded-modules',
      resolveId(id, importer) {
        const known = unneeded.find((module) => module.id.test(id) && module.by.test(importer ?? ''))
        if (known === undefined) return null
        unused.delete(known)
        return NOTHING
      },
      load: (id) => (id === NOTHING ? 'module.exports = {}' : null),
    },
    {
      name: 'answered-questions',
      transform(code, id) {
        const known = answered.find(({ file, question }) => file.test(id) && code.includes(question))
        if (known === undefined) return null
        unused.delete(known)
        return { code: code.replace(known.question, known.answer) }
      },
    },
    oneGraphQL(from),
    {
      name: 'all-short-cuts-apply',
      buildEnd() {
        const names = [...unused].map(({ id, file }) => String(id ?? file))
        if (names.length > 0)
          throw new Error(`These short cuts of the bundle do not apply: ${names.join(', ')}`)
      },
    },
  ]
}

/** All import GraphQL's ES modules, of which a bundle takes what is used; some would take its other build, whole. */
function oneGraphQL(from) {
  const folder = dirname(createRequire(join(from, 'package.json')).resolve('graphql'))
  return {
    name: 'one-graphql',
    resolveId: {
      filter: { id: /^graphql(\/|$)/ },
      handler(id) {
        const file = id.slice('graphql/'.length).replace(/\.js$/, '') || 'index'
        return join(folder, `${file}.mjs`)
      },
    },
  }
}
