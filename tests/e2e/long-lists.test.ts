/** More rows than are drawn: they are all there nevertheless, for the keyboard, for screen readers, on paper. */
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasBrowser, openBrowser, openWindow } from '../support/browser.ts'
import { ask, signIn, startServer, type TestServer } from '../support/server.ts'
import { pause, until } from '../support/until.ts'

const tickers = (page: Page) => page.locator('[data-testid^="ticker-"]')
const scanButton = (page: Page) => page.getByRole('button', { name: /^Scan for Options/ })
const topOf = (row: Locator) => row.evaluate((element) => element.getBoundingClientRect().top)
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset['row'] ?? null)

const moreStocks = 'ABCD'
  .split('')
  .flatMap((first) => 'ABCDEFGHIJKL'.split('').map((second) => `Q${first}${second}`))

describe.skipIf(!hasBrowser)('long lists', () => {
  let browser: Browser
  let server: TestServer
  let cookie: string
  const addStock = (symbol: string) =>
    ask(server.url, cookie, 'mutation ($symbol: String!) { addStock(symbol: $symbol) { id } }', { symbol })

  beforeAll(async () => {
    browser = await openBrowser()
    server = await startServer({
      DEMO_LATENCY_MS: '1',
      SCAN_MIN_ANNUALIZED_RETURN: '0',
      SCAN_MAX_ABS_DELTA: '1',
      SCAN_MAX_DAYS: '1000',
    })
    cookie = await signIn(server.url)
    await Promise.all(moreStocks.map(addStock))
    await ask(server.url, cookie, 'mutation { startScan { __typename } }')
    await until(async () => {
      const { data } = await ask<{ scanStatus: { state: string } }>(
        server.url,
        cookie,
        '{ scanStatus { state } }',
      )
      if (data.scanStatus.state !== 'COMPLETED') await pause(300)
      return data.scanStatus.state === 'COMPLETED'
    }, 60_000)
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
  })

  async function openScanner(search = '') {
    const window = await openWindow(browser)
    const { page } = window
    await page.goto(server.url)
    await page.getByRole('button', { name: /demo/i }).click()
    await scanButton(page).waitFor()
    if (search !== '') await page.goto(server.url + search)
    await tickers(page).first().waitFor()
    return window
  }

  test('draw what is near, and say how much there is', async () => {
    await using window = await openScanner()
    const { page } = window
    const total = Number(await tickers(page).first().getAttribute('aria-setsize'))
    expect(total).toBeGreaterThan(65)
    expect(await tickers(page).count()).toBeLessThan(60)
    const control = tickers(page).nth(3).getByRole('button').first()
    await control.click()
    const table = page.getByRole('table').first()
    const rows = Number(await table.getAttribute('aria-rowcount'))
    expect(rows).toBeGreaterThan(100)
    expect(await page.getByTestId('contract-row').count()).toBeLessThan(60)
    // The last one is there as soon as the box is scrolled to it, and the columns have not moved.
    const edges = () =>
      table.locator('thead th').evaluateAll((heads) => heads.map((head) => (head as HTMLElement).offsetLeft))
    const before = await edges()
    await page.locator('.contracts').evaluate((box) => box.scrollTo(0, box.scrollHeight))
    await table.locator(`tr[aria-rowindex="${rows}"]`).waitFor()
    expect(await edges()).toEqual(before)
    expect(window.errors).toEqual([])
  })

  test('the arrows, Home and End reach every ticker, and Enter opens it', async () => {
    await using window = await openScanner()
    const { page } = window
    await page.keyboard.press('ArrowDown')
    const first = await focused(page)
    expect(first).toBe(await tickers(page).first().getAttribute('data-row'))
    await page.keyboard.press('End')
    expect(await focused(page)).toBe('V')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    await page.getByTestId('ticker-UBER').getByRole('table').waitFor()
    await page.keyboard.press('Home')
    expect(await focused(page)).toBe(first)
    // Scrolled away from, it keeps the focus.
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
    await page.getByTestId('ticker-V').waitFor()
    expect(await focused(page)).toBe(first)
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => page.evaluate(() => scrollY)).toBeLessThan(1_000)
  })

  test('a shared address opens a ticker that is far below', async () => {
    await using window = await openScanner('/?open=UBER&sort=-strike')
    const { page } = window
    expect(await page.getByTestId('ticker-UBER').count()).toBe(0)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('End')
    await page.getByTestId('ticker-UBER').getByRole('table').waitFor()
    expect(
      await page
        .getByTestId('ticker-UBER')
        .getByRole('columnheader', { name: /Strike/ })
        .getAttribute('aria-sort'),
    ).toBe('descending')
  })

  test('rows that arrive above do not move what is looked at', { timeout: 120_000 }, async () => {
    await using window = await openScanner()
    const { page } = window
    await page.getByTestId('connection').getByText('Live').waitFor()
    await page.evaluate(() => scrollTo(0, 2_000))
    const row = tickers(page).filter({ hasText: 'QBA' })
    await row.waitFor()
    const before = await topOf(row)
    await Promise.all(['AAB', 'AAC', 'AAD'].map(addStock))
    const setSize = Number(await row.getAttribute('aria-setsize'))
    await ask(server.url, cookie, 'mutation { startScan { __typename } }')
    await expect
      .poll(async () => Number(await row.getAttribute('aria-setsize')), { timeout: 60_000 })
      .toBe(setSize + 3)
    expect(Math.abs((await topOf(row)) - before)).toBeLessThan(2)
  })

  test('are printed whole', async () => {
    await using window = await openScanner()
    const { page } = window
    const total = Number(await tickers(page).first().getAttribute('aria-setsize'))
    const drawnAfter = (event: string) =>
      page.evaluate((event) => {
        dispatchEvent(new Event(event))
        return document.querySelectorAll('[data-testid^="ticker-"]').length
      }, event)
    expect(await drawnAfter('beforeprint')).toBe(total)
    await drawnAfter('afterprint')
    await expect.poll(() => tickers(page).count()).toBeLessThan(60)
  })
})
