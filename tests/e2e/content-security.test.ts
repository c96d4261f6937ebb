/** Every page under the strict content security policy: nothing is refused, and yet everything has its style. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, openBrowser, openWindow } from '../support/browser.ts'
import { startServer, type TestServer } from '../support/server.ts'

const before = ['/sign-in', '/set-up', '/join#nothing', '/forgot-password', '/reset-password#nothing']
const behind = [
  '/',
  '/stocks',
  '/settings',
  '/settings/runs',
  '/settings/account',
  '/settings/tokens',
  '/settings/people',
  '/settings/audit',
  '/nowhere',
]

/** What the policy refused, as the page hears of it. */
async function watchViolations(page: Page): Promise<string[]> {
  const refused: string[] = []
  await page.exposeFunction('refusedByPolicy', (what: string) => refused.push(what))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { violatedDirective, blockedURI, sourceFile, sample } = event
      const tell = (window as unknown as { refusedByPolicy: (what: string) => void }).refusedByPolicy
      tell(`${location.pathname}: ${violatedDirective} ${blockedURI} ${sourceFile} ${sample}`)
    })
  })
  return refused
}

describe.skipIf(!hasBrowser)('the content security policy', () => {
  let browser: Browser
  let server: TestServer
  beforeAll(async () => {
    browser = await openBrowser()
    server = await startServer({ DEMO_LATENCY_MS: '5' })
  })
  afterAll(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
  })

  test('allows nothing inline', async () => {
    const policy = (await fetch(server.url)).headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/script-src 'self';/)
    expect(policy).toMatch(/style-src 'self';/)
    expect(policy).not.toContain('unsafe')
  })

  test.each(['light', 'dark'] as const)('refuses nothing that the pages need (%s)', async (colorScheme) => {
    await using window = await openWindow(browser, { colorScheme })
    const { page } = window
    const refused = await watchViolations(page)
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const expected = colorScheme === 'light' ? 'rgb(244, 245, 247)' : 'rgb(13, 16, 21)'
    const look = async (path: string) => {
      await page.goto(server.url + path)
      await page.getByRole('main').getByRole('heading').first().waitFor()
      expect(await background()).toBe(expected)
    }
    for (const path of before) await look(path)
    await page.goto(`${server.url}/sign-in`)
    const button = page.getByRole('button', { name: 'Sign in', exact: true })
    // Mantine's variables have arrived, without a <style> element.
    expect(await button.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe(
      colorScheme === 'light' ? 'rgb(59, 77, 207)' : 'rgb(74, 93, 232)',
    )
    expect(await page.locator('style').count()).toBe(0)
    await page.getByRole('button', { name: /demo/i }).click()
    await page.getByRole('button', { name: /^Scan for Options/ }).click()
    await page.locator('[data-testid^="ticker-"]').first().waitFor()
    for (const path of behind) await look(path)

    // What opens above the page.
    await look('/stocks')
    await page.getByRole('button', { name: 'Add a stock' }).click()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await look('/settings/tokens')
    await page.getByRole('button', { name: 'Make a token' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('a test')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByLabel('Token').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Revoke' }).first().click()
    await page.getByText('Programs that use it').waitFor()
    await look('/settings/people')
    await page.getByRole('button', { name: 'Invite somebody' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Make the link' }).click()
    await page.getByRole('dialog').getByLabel('Link').waitFor()
    await look('/')
    await page.keyboard.press('?')
    await page.getByRole('dialog').getByRole('heading', { name: 'Keys' }).waitFor()
    await page.keyboard.press('Escape')
    await page.locator('[data-testid^="ticker-"]').first().getByRole('button').first().click()
    await page
      .getByRole('button', { name: /: explain / })
      .first()
      .click()
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page
      .getByRole('button', { name: /More filters/ })
      .first()
      .click()
    await page.getByRole('dialog').waitFor()
    expect(await page.locator('style').count()).toBe(0)
    expect(refused).toEqual([])
    // The links that lead nowhere are answered with 404, which Chromium reports.
    expect(window.errors.filter((error) => !error.includes('404'))).toEqual([])
  })
})
