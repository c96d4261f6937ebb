import react from '@vitejs/plugin-react'
import { stringifyVariables } from '@urql/core'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

const server = 'http://127.0.0.1:4000'
const dist = join(import.meta.dirname, 'dist')

const documentsByHash = () =>
  readFileSync(join(import.meta.dirname, 'src/gql/persisted-documents.json'), 'utf8')

/** The texts of the page's operations by their hashes, beside the page that sends the hashes. */
const persistedDocuments: Plugin = {
  name: 'persisted-documents',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'persisted-documents.json', source: documentsByHash() })
  },
}

/** What the scanner cannot show anything without. */
const firstQueries = ['Scanner', 'Viewer']

/** The address by which urql asks a query without variables, by its hash. */
function addressOf(operationName: string): string {
  const documents = Object.entries(JSON.parse(documentsByHash()) as Record<string, string>)
  const found = documents.find(([, text]) => new RegExp(`\\bquery ${operationName} `).test(text))
  if (found === undefined) throw new Error(`The page has no query ${operationName}.`)
  const [sha256Hash] = found
  const extensions = stringifyVariables({ persistedQuery: { version: 1, sha256Hash } })
  return `/graphql?${new URLSearchParams({ operationName, variables: '{}', extensions }).toString()}`
}

const preload = (what: 'fetch' | 'font', href: string) =>
  `    <link rel="preload" as="${what}" crossorigin href="${href.replaceAll('&', '&amp;')}" />\n`

/**
 * `scanner.html`: the document for people who are signed in, which asks for the first answers itself, so that they
 * travel together with the JavaScript instead of after it. And in both documents the font, which only the CSS names.
 */
const earlyQuestions: Plugin = {
  name: 'early-questions',
  writeBundle(_options, bundle) {
    const font = Object.keys(bundle).find((name) => /inter-latin-wght-normal.*\.woff2$/.test(name))
    if (font === undefined) throw new Error('The page has no font.')
    const fontLink = preload('font', `/${font}`)
    const questions = firstQueries.map((name) => preload('fetch', addressOf(name))).join('')
    const plain = readFileSync(join(dist, 'index.html'), 'utf8').replace('  </head>', `${fontLink}  </head>`)
    writeFileSync(join(dist, 'index.html'), plain)
    const script = '    <script type="module"'
    writeFileSync(join(dist, 'scanner.html'), plain.replace(script, questions + script))
  },
}

/** Once and as small as it gets, instead of for each visitor. */
const compressed: Plugin = {
  name: 'compressed',
  writeBundle() {
    const assets = join(dist, 'assets')
    for (const name of readdirSync(assets).filter((one) => /\.(js|css)$/.test(one))) {
      const file = join(assets, name)
      const content = readFileSync(file)
      writeFileSync(`${file}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }))
      writeFileSync(`${file}.br`, brotliCompressSync(content))
    }
  },
}

/** What every page is made of, and the scanner at once: node_modules first, then our own. */
const foundation = new RegExp(
  [
    '/node_modules/(react|react-dom|scheduler|urql|@urql|@0no-co|wonka|graphql-ws|wouter|regexparam|use-sync-external-store|clsx)/',
    'rolldown/runtime\\.',
    '/@mantine/core/esm/core/',
    '/@mantine/core/esm/components/(Button|CloseButton|Combobox|Input|InputBase|Loader|NativeSelect|Transition|UnstyledButton|VisuallyHidden)/',
    '/@mantine/hooks/',
    '/@tabler/icons-react/dist/esm/(createReactComponent|defaultAttributes)\\.',
    '/web/src/gql/',
    '/web/src/ui/(empty-state|error-text|page-header|pill|use-title)\\.',
    '/web/src/auth/viewer-gate\\.',
  ].join('|'),
)

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), persistedDocuments, earlyQuestions, compressed],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The server's content security policy allows no data: URLs for scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // One stylesheet and two scripts instead of sixteen files: browsers open six connections to a server without
    // HTTP/2, and each file beyond would cost a round trip more.
    cssCodeSplit: false,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'foundation', test: foundation }] } } },
  },
  server: {
    proxy: {
      '/graphql': { target: server, ws: true },
      '/api': { target: server },
    },
  },
})
