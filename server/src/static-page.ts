/** The built page: hashed assets forever, everything else the one document that routes itself. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono, type MiddlewareHandler } from 'hono'
import { compress } from 'hono/compress'
import { hasSessionCookie } from './auth/session-cookie.ts'

const dist = fileURLToPath(new URL('../../web/dist', import.meta.url))
const FOREVER = 'public, max-age=31536000, immutable'

/** The same document, which also asks for what the scanner shows before its JavaScript has arrived. */
const SCANNER = 'scanner.html'

/** @param root the folder that `vite build` makes */
export function staticPage(root = dist): Hono {
  const page = new Hono()
  const files = serveStatic({ root, precompressed: true })
  // What the build has compressed already is sent as it is.
  page.use(compress())
  page.use('/assets/*', kept(FOREVER), files)
  page.get('/assets/*', (c) => c.text('There is nothing at this address.\n', 404))
  page.get('/', (c, next) => {
    const document = `${root}/${SCANNER}`
    c.header('Vary', 'Cookie, Sec-Fetch-Site')
    if (!mayAskEarly(c.req.raw.headers) || !existsSync(document)) return next()
    c.header('Cache-Control', 'no-cache')
    return c.html(readFileSync(document, 'utf8'))
  })
  page.use(kept('no-cache'), files)
  page.get('*', (c) => {
    const document = `${root}/index.html`
    if (!existsSync(document))
      return c.text('The page is not built yet: run `npm start`, or `npm run build`.\n', 503)
    return c.html(readFileSync(document, 'utf8'))
  })
  return page
}

const kept =
  (cacheControl: string): MiddlewareHandler =>
  async (c, next) => {
    await next()
    if (c.res.ok) c.res.headers.set('Cache-Control', cacheControl)
  }

/** Others would be refused: who is not signed in, and over plain HTTP, where browsers do not say where GETs come from. */
const mayAskEarly = (headers: Headers) => headers.has('sec-fetch-site') && hasSessionCookie(headers)
