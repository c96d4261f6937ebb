/** The built page: hashed assets forever, everything else the one document that routes itself. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { compress } from 'hono/compress'

const root = fileURLToPath(new URL('../../web/dist', import.meta.url))
const FOREVER = 'public, max-age=31536000, immutable'

export function staticPage(): Hono {
  const page = new Hono()
  page.use(compress())
  page.use('/assets/*', serveStatic({ root, onFound: (_path, c) => c.header('Cache-Control', FOREVER) }))
  page.get('/assets/*', (c) => c.text('There is nothing at this address.\n', 404))
  page.use(serveStatic({ root, onFound: (_path, c) => c.header('Cache-Control', 'no-cache') }))
  page.get('*', (c) => {
    const document = `${root}/index.html`
    if (!existsSync(document))
      return c.text('The page is not built yet: run `npm start`, or `npm run build`.\n', 503)
    return c.html(readFileSync(document, 'utf8'), 200, { 'Cache-Control': 'no-cache' })
  })
  return page
}
