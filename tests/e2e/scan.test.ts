/** The page in a real browser, over the whole application on its embedded defaults. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, openBrowser, openWindow } from '../support/browser.ts'
import { wheelPayload } from '../support/cboe-chain.ts'
import { startCboeServer } from '../support/cboe-server.ts'
import { startServer, type TestServer } from '../support/server.ts'
import { pause } from '../support/until.ts'

const dist = fileURLToPath(new URL('../../web/dist', import.meta.url))
const demoButton = (page: Page) => page.getByRole('button', { name: /demo/i })
const scanButton = (page: Page) => page.getByRole('button', { name: /^Scan for Options/ })
const banner = (page: Page) => page.getByRole('region', { name: 'Scan status' })
const tickers = (page: Page) => page.locator('[data-testid^="ticker-"]')

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await demoButton(page).click()
  await scanButton(page).waitFor()
}

describe.skipIf(!hasBrowser)('the page', () => {
  let browser: Browser
  let server: TestServer
  beforeAll(async () => {
    browser = await openBrowser()
    server = await startServer({ DEMO_LATENCY_MS: '300' })
  })
  afterAll(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
  })

  test('signs in, scans, shows rows while the scan runs, and ends with the message, in two windows at once', async () => {
    await using first = await openWindow(browser)
    await using second = await openWindow(browser, {
      colorScheme: 'dark',
      viewport: { width: 390, height: 844 },
    })
    for (const { page } of [first, second]) await signIn(page, server.url)
    for (const { page } of [first, second])
      await page
        .getByText(/Simulated/)
        .first()
        .waitFor()

    await scanButton(first.page).click()
    for (const { page } of [first, second]) {
      await expect.poll(() => banner(page).getAttribute('data-state')).toBe('RUNNING')
      await tickers(page).first().waitFor()
      expect(await banner(page).getAttribute('data-state')).toBe('RUNNING')
    }
    for (const { page } of [first, second]) {
      await page
        .getByText(/Scan completed successfully at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d/)
        .first()
        .waitFor()
    }
    const shown = (page: Page) =>
      tickers(page).evaluateAll((items) => items.map((item) => item.getAttribute('data-testid')))
    const rows = await shown(first.page)
    expect(rows.length).toBeGreaterThanOrEqual(8)
    expect(await shown(second.page)).toEqual(rows)
    expect([...first.errors, ...second.errors]).toEqual([])
  })

  test(
    'from the press of the button to the banner in the other window takes less than 100 ms, 95 times of 100',
    { retry: 2, timeout: 180_000 },
    async () => {
      await using pressing = await openWindow(browser)
      await using watching = await openWindow(browser)
      for (const { page } of [pressing, watching]) {
        await signIn(page, server.url)
        await page.getByTestId('connection').getByText('Live').waitFor()
      }
      // Both windows are on this machine, so their clocks are one.
      await watching.page.evaluate(() => {
        const banner = document.querySelector('[aria-label="Scan status"]')
        const times: number[] = []
        Object.assign(globalThis, { times })
        if (banner === null) return
        new MutationObserver(() => {
          if (banner.getAttribute('data-state') === 'RUNNING')
            times.push(performance.timeOrigin + performance.now())
        }).observe(banner, { attributeFilter: ['data-state'] })
      })
      await pressing.page.evaluate(() => {
        const times: number[] = []
        Object.assign(globalThis, { times })
        document.addEventListener(
          'click',
          ({ target }) => {
            if (
              target instanceof Element &&
              target.closest('button')?.textContent?.startsWith('Scan for Options') === true
            ) {
              times.push(performance.timeOrigin + performance.now())
            }
          },
          { capture: true },
        )
      })
      const state = () => banner(watching.page).getAttribute('data-state')
      for (let press = 0; press < 50; press += 1) {
        await scanButton(pressing.page).click()
        await expect.poll(state, { interval: 10, timeout: 5_000 }).toBe('RUNNING')
        await pressing.page.getByRole('button', { name: /^Cancel scan/ }).click()
        await expect.poll(state, { interval: 10, timeout: 5_000 }).toBe('CANCELLED')
        // Both windows ask for the results of a scan that has ended; nobody presses again at that very moment.
        await pause(250)
      }
      const timesOf = (page: Page) =>
        page.evaluate(() => (globalThis as unknown as { times: number[] }).times)
      const [pressed, shown] = [await timesOf(pressing.page), await timesOf(watching.page)]
      expect([pressed.length, shown.length]).toEqual([50, 50])
      const waits = shown.map((at, index) => at - (pressed[index] ?? 0)).toSorted((a, b) => a - b)
      const p95 = waits[47] ?? Infinity
      console.log(
        `press to the other window's banner: median ${waits[25]?.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`,
      )
      expect(p95).toBeLessThan(100)
    },
  )

  test('opens a ticker to its contracts, each with a pill, and never wider than the window', async () => {
    for (const viewport of [
      { width: 1280, height: 900 },
      { width: 390, height: 844 },
    ]) {
      await using window = await openWindow(browser, { viewport })
      const { page } = window
      await signIn(page, server.url)
      await tickers(page).first().getByRole('button').first().click()
      const table = tickers(page).first().getByRole('table')
      await table.waitFor()
      expect(await table.getByRole('row').count()).toBeGreaterThan(1)
      expect(await table.getByText(/^(Good|High|N\/A)$/).count()).toBeGreaterThan(0)
      expect(
        await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        ),
      ).toBeLessThanOrEqual(0)
      expect(window.errors).toEqual([])
    }
  })

  test('asks for sign-in again once the session is gone', async () => {
    await using window = await openWindow(browser)
    await signIn(window.page, server.url)
    await window.page.context().clearCookies()
    await window.page.reload()
    await demoButton(window.page).waitFor()
  })

  test('shows that it lost the server, and that it has it back', async () => {
    await using window = await openWindow(browser)
    await signIn(window.page, server.url)
    const connection = window.page.getByTestId('connection')
    await connection.getByText('Live').waitFor()
    await window.page.context().setOffline(true)
    await connection.getByText(/Offline|Reconnecting/).waitFor()
    await window.page.context().setOffline(false)
    await connection.getByText('Live').waitFor()
  })

  test('nothing in the built page asks another host for anything', () => {
    for (const file of readdirSync(join(dist, 'assets')).filter(
      (name) => name.endsWith('.css') || name.endsWith('.html'),
    )) {
      expect(readFileSync(join(dist, 'assets', file), 'utf8')).not.toMatch(/url\(["']?https?:/)
    }
    expect(statSync(join(dist, 'index.html')).size).toBeLessThan(5_000)
  })
})

describe.skipIf(!hasBrowser)('a quiet market', () => {
  test('is explained: nothing qualified, by which criteria, and why each ticker is empty', async () => {
    await using vendor = Object.assign(await startCboeServer(), {
      async [Symbol.asyncDispose](this: { close(): Promise<void> }) {
        await this.close()
      },
    })
    const { stocks } = await import('../../prisma/seed.ts').then(({ seed }) => ({ stocks: seed }))
    for (const { symbol } of stocks) vendor.serve(symbol, wheelPayload(symbol, '2025-06-06'))
    await using server = await startServer({
      MARKET_DATA: 'cboe',
      CBOE_BASE_URL: vendor.baseUrl,
      CLOCK_AT: '2025-06-06T19:30:00Z',
      SCAN_MIN_ANNUALIZED_RETURN: '5000',
    })
    const browser = await openBrowser()
    try {
      await using window = await openWindow(browser)
      await signIn(window.page, server.url)
      await scanButton(window.page).click()
      await window.page
        .getByText(/Scan completed successfully/)
        .first()
        .waitFor()
      await window.page
        .getByText(/5,?000 % a year/)
        .first()
        .waitFor()
      expect(await tickers(window.page).count()).toBe(0)
      expect(await window.page.getByText(/contracts? looked at/).count()).toBe(26)
    } finally {
      await browser.close()
    }
  })
})
