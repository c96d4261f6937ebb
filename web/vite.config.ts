import react from '@vitejs/plugin-react'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vite'

const server = 'http://127.0.0.1:4000'

/** The texts of the page's operations by their hashes, beside the page that sends the hashes. */
const persistedDocuments: Plugin = {
  name: 'persisted-documents',
  generateBundle() {
    const fileName = 'persisted-documents.json'
    const source = readFileSync(join(import.meta.dirname, 'src/gql', fileName), 'utf8')
    this.emitFile({ type: 'asset', fileName, source })
  },
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), persistedDocuments],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // The server's content security policy allows no data: URLs for scripts and fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      '/graphql': { target: server, ws: true },
      '/api': { target: server },
    },
  },
})
