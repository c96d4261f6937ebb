/** The schedule on the page, in a real browser. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, openBrowser, openWindow } from '../support/browser.ts'
import { startServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const CLOCK_AT = '2025-06-06T19:30:00Z'

describe.skipIf(!hasBrowser)('the scanner page', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())

  async function signIn(page: Page, url: string): Promise<void> {
    await page.goto(url)
    await page.getByRole('button', { name: /demo/i }).click()
    await page.getByRole('button', { name: /^Scan for Options/ }).waitFor()
  }

  test('says when the next scheduled scan is, and shows it running without anybody’s press', async () => {
    await using server = await startServer({
      CLOCK_AT,
      SCAN_SCHEDULE: '*/5 * * * * *',
      DEMO_LATENCY_MS: '20',
    })
    for (const viewport of [
      { width: 1280, height: 900 },
      { width: 390, height: 844 },
    ]) {
      await using window = await openWindow(browser, { viewport })
      const { page } = window
      await signIn(page, server.url)
      const next = await page.getByTestId('next-scan').innerText()
      expect(next).toMatch(/^Next scan \w{3}, \w{3} \d{1,2}, \d{1,2}:\d\d [AP]M New York$/)
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      )
      expect(wide).toBeLessThanOrEqual(0)
      await until(
        async () => (await page.getByTestId('last-run').innerText()).startsWith('Scan completed'),
        15_000,
      )
    }
  })

  test('says nothing of a schedule where there is none', async () => {
    await using server = await startServer({ CLOCK_AT })
    await using window = await openWindow(browser)
    await signIn(window.page, server.url)
    await window.page.getByTestId('last-run').waitFor()
    expect(await window.page.getByTestId('next-scan').count()).toBe(0)
  })
})
