/** The built page as browsers get it, from a folder of the test's own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { staticPage } from '../../../server/src/static-page.ts'

const folder = mkdtempSync(join(tmpdir(), 'wheel-page-'))
const root = join(folder, 'dist')
const page = staticPage(root)

beforeAll(() => {
  mkdirSync(join(root, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'secret.txt'), 'hush')
  writeFileSync(join(root, 'index.html'), '<title>the page</title>')
  writeFileSync(join(root, 'scanner.html'), '<title>the page, asking already</title>')
  writeFileSync(join(root, 'favicon.svg'), '<svg/>')
  writeFileSync(join(root, 'assets/index-1.js'), 'plain')
  writeFileSync(join(root, 'assets/index-1.js.br'), 'compressed by the build')
})
afterAll(() => rmSync(folder, { recursive: true }))

const get = async (path: string, headers: Record<string, string> = {}) =>
  page.request(`http://localhost${path}`, { headers })

test.each([
  ['/', 200, 'no-cache', 'the page'],
  ['/any/route/of/the/page', 200, 'no-cache', 'the page'],
  ['/favicon.svg', 200, 'no-cache', '<svg/>'],
  ['/assets/index-1.js', 200, 'public, max-age=31536000, immutable', 'plain'],
  ['/assets/index-2.js', 404, null, 'nothing'],
])('%s is answered %i', async (path, status, cacheControl, text) => {
  const response = await get(path)
  expect([response.status, response.headers.get('cache-control')]).toEqual([status, cacheControl])
  expect(await response.text()).toContain(text)
})

test.each<[Record<string, string>, boolean]>([
  [{ cookie: 'wheel-analyzer.session_token=any', 'sec-fetch-site': 'none' }, true],
  [{ cookie: '__Secure-wheel-analyzer.session_token=any', 'sec-fetch-site': 'same-origin' }, true],
  // Over plain HTTP: the page then asks by POST.
  [{ cookie: 'wheel-analyzer.session_token=any' }, false],
  [{ cookie: 'another=1', 'sec-fetch-site': 'none' }, false],
  [{ 'sec-fetch-site': 'none' }, false],
])('the document of the scanner asks already for whoever sends %j: %s', async (headers, asks) => {
  const response = await get('/', headers)
  expect((await response.text()).includes('asking already')).toBe(asks)
  expect(response.headers.get('vary')).toMatch(/Cookie/)
  expect(response.headers.get('cache-control')).toBe('no-cache')
  expect(await (await get('/stocks', headers)).text()).not.toContain('asking')
})

test('what the build has compressed is sent as it is, to browsers that take it', async () => {
  const response = await get('/assets/index-1.js', { 'accept-encoding': 'gzip, deflate, br' })
  expect(response.headers.get('content-encoding')).toBe('br')
  expect(response.headers.get('content-type')).toMatch(/javascript/)
  expect(response.headers.get('vary')).toMatch(/accept-encoding/i)
  expect(await response.text()).toBe('compressed by the build')
})

test.each([
  '/../secret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e/secret.txt',
  '/%2e%2e%2fsecret.txt',
  '/assets/../../secret.txt',
  '/assets/..%2f..%2fsecret.txt',
  '/assets/%2e%2e/%2e%2e/secret.txt',
  '/assets/..%5c..%5csecret.txt',
  '/assets/..%252f..%252fsecret.txt',
  '//secret.txt',
  '/%00',
])('%s leads out of the folder nowhere', async (path) => {
  const response = await get(path)
  expect(response.status).toBeLessThan(500)
  expect(await response.text()).not.toContain('hush')
})
