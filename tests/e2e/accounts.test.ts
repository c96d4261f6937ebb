/** People come, get rights, and lose them: on the page, each in a browser of their own. */
import type { Browser, Page, Request } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hasBrowser, openBrowser, openWindow, type Window } from '../support/browser.ts'
import { ask, startServer, type TestServer } from '../support/server.ts'

const ada = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' }
const bob = { name: 'Bob', email: 'bob@example.com', password: 'staple of the horse' }

const scanButton = (page: Page) => page.getByRole('button', { name: /^(Scan for Options|Cancel scan)/ })
const dialog = (page: Page) => page.getByRole('dialog')
const entry = (page: Page, list: string, text: string) =>
  page.getByRole('list', { name: list }).getByRole('listitem').filter({ hasText: text })

async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(fields))
    await page.getByLabel(label, { exact: true }).fill(value)
}

async function signIn(page: Page, url: string, { email, password }: typeof ada): Promise<void> {
  await page.goto(`${url}/sign-in`)
  await fill(page, { 'E-mail': email, Password: password })
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

describe.skipIf(!hasBrowser)('accounts', () => {
  let browser: Browser
  let server: TestServer
  let first: Window
  beforeAll(async () => {
    browser = await openBrowser()
    server = await startServer({ DEMO_LATENCY_MS: '50' })
    first = await openWindow(browser)
    const { page } = first
    await page.goto(`${server.url}/set-up`)
    await fill(page, {
      Name: ada.name,
      'E-mail': ada.email,
      Password: ada.password,
      'Set-up code': server.deps.setupCode,
    })
    await page.getByRole('button', { name: 'Create the administrator' }).click()
    await scanButton(page).waitFor()
  })
  afterAll(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
  })
  beforeEach(() => void first.errors.splice(0))

  /** By the administrator, on the page; answers the link. */
  async function invite(email: string, role: string): Promise<string> {
    const { page } = first
    await page.goto(`${server.url}/settings/people`)
    await page.getByRole('button', { name: 'Invite somebody' }).click()
    await dialog(page).getByLabel('E-mail').fill(email)
    await dialog(page).getByRole('radio', { name: role }).check()
    await dialog(page).getByRole('button', { name: 'Make the link' }).click()
    const link = await dialog(page).getByLabel('Link').inputValue()
    await dialog(page).getByRole('button', { name: 'I have it' }).click()
    return link
  }

  test('an invited trader joins, scans, makes a token, and is out within seconds when disabled', async () => {
    const link = await invite(bob.email, 'Trader')
    expect(link).toMatch(new RegExp(`^${server.url}/join#[\\w-]{43}$`))
    await entry(first.page, 'Open invitations', bob.email).waitFor()

    await using second = await openWindow(browser, {
      colorScheme: 'dark',
      viewport: { width: 390, height: 844 },
    })
    const { page } = second
    await page.goto(link)
    await page.getByText('You are invited as trader').waitFor()
    expect(page.url()).toBe(`${server.url}/join`)
    await page.reload()
    await page.getByText('You are invited as trader').waitFor()
    expect(await page.getByLabel('E-mail').inputValue()).toBe(bob.email)
    await fill(page, { Name: bob.name, Password: bob.password })
    await page.getByRole('button', { name: 'Make the account' }).click()
    await scanButton(page).click()
    await page.locator('[data-testid^="ticker-"]').first().waitFor()

    // Nobody joins by it again.
    await using third = await openWindow(browser)
    await third.page.goto(link)
    await third.page.getByText('has been used or revoked').waitFor()

    await page.goto(`${server.url}/settings/people`)
    await page.getByText('This is for administrators').waitFor()
    await page.goto(`${server.url}/settings/tokens`)
    await page.getByRole('button', { name: 'Make a token' }).click()
    await dialog(page).getByLabel('Name').fill('nightly report')
    await dialog(page).getByRole('radio', { name: 'Scan' }).check()
    await dialog(page).getByRole('button', { name: 'Make it' }).click()
    const secret = await dialog(page).getByLabel('Token').inputValue()
    await dialog(page).getByRole('button', { name: 'I have it' }).click()
    await entry(page, 'Your tokens', 'nightly report').waitFor()
    const byToken = async () => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
        body: JSON.stringify({ query: '{ viewer { name scopes } }' }),
      })
      return [response.status, await response.json()]
    }
    expect(await byToken()).toEqual([200, { data: { viewer: { name: 'Bob', scopes: ['READ', 'SCAN'] } } }])

    await page.goto(server.url)
    await scanButton(page).waitFor()
    await first.page.reload()
    await entry(first.page, 'Accounts', bob.email).getByRole('button', { name: 'Disable' }).click()
    await dialog(first.page).getByRole('button', { name: 'Disable' }).click()
    await page.waitForURL(/\/sign-in/, { timeout: 8_000 })
    expect((await byToken())[0]).toBe(401)
    await entry(first.page, 'Accounts', bob.email).getByText('Disabled').waitFor()
    expect(first.errors).toEqual([])
  })

  test('the keyboard is where the eye is: on what a dialog shows, and back where it was', async () => {
    const { page } = first
    const focused = () =>
      page.evaluate(() => {
        const { activeElement: element } = document
        return element instanceof HTMLInputElement ? element.value : (element?.textContent ?? '')
      })
    const press = (name: string) => dialog(page).getByRole('button', { name }).press('Enter')
    await page.goto(`${server.url}/settings/tokens`)
    const make = page.getByRole('button', { name: 'Make a token' })
    await make.press('Enter')
    await dialog(page).getByLabel('Name').fill('by keyboard')
    await page.keyboard.press('Enter')
    const secret = dialog(page).getByLabel('Token')
    await expect.poll(focused).toBe(await secret.inputValue())
    // All of the dialog is in sight, on the narrowest phone, too.
    await page.setViewportSize({ width: 360, height: 740 })
    const { x, width } = (await dialog(page).getByRole('button', { name: 'Copy' }).boundingBox())!
    expect(x + width).toBeLessThan(345)
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.keyboard.press('Escape')
    await expect.poll(focused).toBe('Make a token')

    await entry(page, 'Your tokens', 'by keyboard').getByRole('button', { name: 'Revoke' }).press('Enter')
    await expect.poll(focused).toBe('Cancel')
    await press('Revoke')
    await page.getByText('No tokens yet').waitFor()
    await expect.poll(focused).toBe('Your tokens')

    await page.goto(`${server.url}/settings/people`)
    await page.getByRole('button', { name: 'Invite somebody' }).press('Enter')
    await press('Make the link')
    await expect.poll(focused).toContain('/join#')
    await press('I have it')
    await expect.poll(focused).toBe('Invite somebody')
  })

  test('a viewer looks, and is told who scans', async () => {
    const link = await invite('', 'Viewer')
    await using window = await openWindow(browser)
    const { page } = window
    await page.goto(link)
    await fill(page, { Name: 'Eve', 'E-mail': 'eve@example.com', Password: 'a long enough one' })
    await page.getByRole('button', { name: 'Make the account' }).click()
    await page.getByText('traders and administrators scan').waitFor()
    expect(await scanButton(page).isDisabled()).toBe(true)
    await page.keyboard.press('s')
    await page.goto(`${server.url}/settings/runs`)
    await page.getByText('Completed').first().waitFor()
    // Who scanned is the administrators' business.
    expect(await page.getByText('by Bob').count()).toBe(0)
    await first.page.goto(`${server.url}/settings/runs`)
    await first.page.getByText('by Bob').first().waitFor()
    expect(window.errors).toEqual([])
  })

  test('a changed password ends other browsers, and a forgotten one is replaced by a link', async () => {
    await using elsewhere = await openWindow(browser)
    await signIn(elsewhere.page, server.url, ada)
    await scanButton(elsewhere.page).waitFor()

    const { page } = first
    await page.goto(`${server.url}/settings/account`)
    const change = async (current: string, next: string) => {
      await fill(page, { 'Current password': current, 'New password': next })
      await page.getByRole('button', { name: 'Change the password' }).click()
    }
    await change('not that one', 'a new long password')
    await page.getByText('The current password is not right').waitFor()
    await change(ada.password, 'a new long password')
    await page.getByText('Your other browsers are signed out').waitFor()
    expect(await page.getByRole('button', { name: 'Change the password' }).isEnabled()).toBe(true)
    await elsewhere.page.waitForURL(/\/sign-in/, { timeout: 8_000 })

    await page.goto(`${server.url}/settings/people`)
    await entry(page, 'Accounts', 'eve@example.com').getByRole('button', { name: 'Password link' }).click()
    const link = await dialog(page).getByLabel('Link').inputValue()
    await elsewhere.page.goto(link)
    await fill(elsewhere.page, { 'New password': 'yet another password' })
    await elsewhere.page.getByRole('button', { name: 'Change the password' }).click()
    await elsewhere.page.getByText('Your password is changed').waitFor()
    await signIn(elsewhere.page, server.url, {
      name: '',
      email: 'eve@example.com',
      password: 'yet another password',
    })
    await scanButton(elsewhere.page).waitFor()
  })

  test('the last administrator stays one, and the audit log tells it all', async () => {
    const { page } = first
    await page.goto(`${server.url}/settings/people`)
    await page.getByLabel('Role of Ada').selectOption('Viewer')
    await dialog(page).getByRole('button', { name: 'Change the role' }).click()
    await dialog(page).getByRole('alert').getByText('This is the last administrator').waitFor()
    await page.keyboard.press('Escape')
    expect(await page.getByLabel('Role of Ada').inputValue()).toBe('ADMINISTRATOR')
    await page.goto(`${server.url}/settings/audit`)
    for (const sentence of [
      'Set the installation up.',
      'Joined as trader, by invitation.',
      'Disabled Bob',
      'Changed their password.',
    ])
      await page.getByText(sentence).first().waitFor()
    await page.getByLabel('Show').selectOption('Account disabled')
    await expect
      .poll(() => page.getByRole('list', { name: 'Audit log' }).getByRole('listitem').count())
      .toBe(1)
    expect(page.url()).toMatch(/\?action=PERSON_DISABLED$/)
  })

  test('the page sends hashes of its documents, over both transports', async () => {
    const sent: string[] = []
    const { page } = first
    page.on('request', (request) => {
      if (new URL(request.url()).pathname === '/graphql') sent.push(asked(request))
    })
    page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(String(payload))))
    await page.goto(server.url)
    await page
      .getByText(/Simulated/)
      .first()
      .waitFor()
    await expect.poll(() => sent.some((text) => text.includes('"subscribe"'))).toBe(true)
    const operations = sent.filter((text) => text.includes('extensions'))
    expect(operations.length).toBeGreaterThanOrEqual(3)
    for (const text of operations) {
      expect(text).toMatch(/"sha256Hash":"[\da-f]{64}"/)
      expect(text).not.toContain('scanResults')
    }
    // Nobody is limited to them.
    const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
    expect(await ask(server.url, cookie, '{ viewer { name } }')).toEqual({
      data: { viewer: { name: 'Ada' } },
    })
  })

  test('a server that does not know the page’s hashes is sent the texts, over both transports', async () => {
    await using window = await openWindow(browser)
    const { page } = window
    const unknown = (text: string) =>
      text.replace(/"sha256Hash":"[\da-f]{64}"/, `"sha256Hash":"${'0'.repeat(64)}"`)
    const told: string[] = []
    await page.route(/\/graphql(\?|$)/, async (route) => {
      const request = route.request()
      const text = unknown(asked(request))
      told.push(text)
      if (request.method() === 'POST') return route.continue({ postData: text })
      const address = new URL(request.url())
      const { extensions } = JSON.parse(text) as { extensions: object }
      address.searchParams.set('extensions', JSON.stringify(extensions))
      return route.continue({ url: address.href })
    })
    await page.routeWebSocket('**/graphql', (socket) => {
      const upstream = socket.connectToServer()
      socket.onMessage((message) => {
        const text = unknown(String(message))
        told.push(text)
        upstream.send(text)
      })
    })
    await signIn(page, server.url, { ...ada, password: 'a new long password' })
    await page.getByTestId('connection').getByText('Live').waitFor()
    const texts = told.filter((text) => text.includes('"query"') && !text.includes('"query":""'))
    expect(texts.some((text) => text.includes('query Viewer'))).toBe(true)
    await expect.poll(() => told.some((text) => text.includes('subscription '))).toBe(true)
  })
})

/** What a request for GraphQL says, by GET or by POST, as JSON. */
function asked(request: Request): string {
  if (request.method() === 'POST') return request.postData() ?? ''
  const { extensions = '{}', ...params } = Object.fromEntries(new URL(request.url()).searchParams)
  return JSON.stringify({ ...params, extensions: JSON.parse(extensions) as unknown })
}
