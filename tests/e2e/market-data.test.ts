/** What the page says about the data behind a row, in a real browser: criteria, source, quality, explanation. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seed } from '../../prisma/seed.ts'
import { hasBrowser, openBrowser, openWindow } from '../support/browser.ts'
import { cboePayload, cboeRow, wheelPayload } from '../support/cboe-chain.ts'
import { startCboeServer } from '../support/cboe-server.ts'
import { ask, signIn as signInByApi, startServer, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const marketDate = '2025-06-06'

/** Above 40 % a year each; of grade A, of grade B for its spread, and of a worse one without an ask. */
const apple = cboePayload('AAPL', marketDate, [
  cboeRow('AAPL', marketDate, { strike: 90, days: 14, bid: 1.5, ask: 1.55, delta: -0.193, iv: 0.68 }),
  cboeRow('AAPL', marketDate, { strike: 89, days: 14, bid: 1.45, ask: 1.95, delta: -0.192, iv: 0.75 }),
  cboeRow('AAPL', marketDate, { strike: 88, days: 21, bid: 2.5, ask: null, delta: -0.2, iv: 0.45 }),
])
const adobe = cboePayload('ADBE', marketDate, [
  cboeRow('ADBE', marketDate, { strike: 95, days: 14, bid: 1.2 }),
])

async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page.getByRole('button', { name: /demo/i }).click()
  await page.getByRole('button', { name: /^Scan for Options/ }).waitFor()
}

async function openTicker(page: Page, symbol: string): Promise<void> {
  await page.getByTestId(`ticker-${symbol}`).getByRole('button').first().click()
  await page.getByTestId('contract-row').first().waitFor()
}

const wide = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

describe.skipIf(!hasBrowser)('the data behind a row', () => {
  let browser: Browser
  let vendor: Awaited<ReturnType<typeof startCboeServer>>
  let server: TestServer
  beforeAll(async () => {
    browser = await openBrowser()
    vendor = await startCboeServer()
    for (const { symbol } of seed) vendor.serve(symbol, wheelPayload(symbol, marketDate))
    vendor.serve('AAPL', apple)
    vendor.serve('ADBE', adobe)
    server = await startServer({
      MARKET_DATA: 'cboe',
      CBOE_BASE_URL: vendor.baseUrl,
      CLOCK_AT: `${marketDate}T20:14:58Z`,
    })
    const cookie = await signInByApi(server.url)
    await ask(
      server.url,
      cookie,
      'mutation { updateScanCriteria(input: { minAnnualizedReturn: 40 }) { side } }',
    )
    await ask(server.url, cookie, 'mutation { startScan { __typename } }')
    const state = async () => {
      const { data } = await ask<{ scanStatus: { state: string } }>(
        server.url,
        cookie,
        '{ scanStatus { state } }',
      )
      return data.scanStatus.state
    }
    await until(async () => (await state()) === 'COMPLETED', 30_000)
  })
  afterAll(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
    await vendor.close()
  })

  test('a ticker says who quoted it, how late and how well; a contract, why', async () => {
    for (const viewport of [
      { width: 1280, height: 900 },
      { width: 390, height: 844 },
    ]) {
      await using window = await openWindow(browser, { viewport })
      const { page } = window
      await signIn(page, server.url)
      const row = page.getByTestId('ticker-AAPL')
      await row.getByText('cboe · 15 min delayed').waitFor()
      await row.getByText(/quoted 1[45] min ago/).waitFor()
      await row
        .getByText(/^Quality/)
        .first()
        .waitFor({ state: 'attached' })

      await openTicker(page, 'AAPL')
      await row.getByRole('button', { name: /explain AAPL Jun 20 89 put/ }).focus()
      await page.keyboard.press('Tab')
      await page.getByRole('tooltip').getByText('Quality B: mild issues only').waitFor()
      expect(await page.getByRole('tooltip').getByRole('listitem').count()).toBeGreaterThan(0)
      expect(await wide(page)).toBeLessThanOrEqual(0)
      expect(window.errors).toEqual([])
    }
  })

  test('a strike leads to where its numbers come from, by keyboard too, also from the address', async () => {
    for (const viewport of [
      { width: 1280, height: 900 },
      { width: 390, height: 844 },
    ]) {
      await using window = await openWindow(browser, { viewport })
      const { page } = window
      await signIn(page, server.url)
      await openTicker(page, 'AAPL')
      const strike = page.getByRole('button', { name: /explain AAPL Jun 20 90 put/ })
      await strike.press('Enter')
      const drawer = page.getByRole('dialog', { name: 'AAPL Jun 20 90 put' })
      const annualized = drawer.getByRole('region', { name: 'Annualized return' })
      await annualized.getByText('43.45 %').waitFor()
      expect(await annualized.getByText('$1.50').count()).toBe(1)
      expect(await annualized.getByText(/^cboe · /).count()).toBeGreaterThan(0)
      await page.reload()
      await annualized.getByText('43.45 %').waitFor()
      expect(await wide(page)).toBeLessThanOrEqual(0)
      await page.keyboard.press('Escape')
      await drawer.waitFor({ state: 'detached' })
      expect(window.errors).toEqual([])
    }
  })

  test('contracts are filtered by grade; the filter is counted, shared in the address, and cleared at once', async () => {
    await using window = await openWindow(browser)
    const { page } = window
    await signIn(page, server.url)
    await openTicker(page, 'AAPL')
    const rows = page.getByTestId('contract-row')
    const all = await rows.count()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'More filters' }).click()
    const drawer = page.getByRole('dialog', { name: 'More filters' })
    await drawer.getByRole('group', { name: 'Quality grades' }).getByRole('button', { name: 'A' }).click()
    await drawer.getByRole('button', { name: /^Show \d+ of \d+ contracts/ }).click()
    await page.getByRole('button', { name: 'More filters, 1 filter on' }).waitFor()
    expect(new URL(page.url()).searchParams.get('grade')).toBe('a')
    expect([all, await rows.count()]).toEqual([3, 1])
    await page.reload()
    await page.getByRole('button', { name: 'Clear 1 filter' }).click()
    await expect.poll(() => rows.count()).toBe(all)
    expect(window.errors).toEqual([])
  })

  test('an empty ticker says what would nearly have passed', async () => {
    await using window = await openWindow(browser)
    await signIn(window.page, server.url)
    await window.page
      .getByTestId('turned-away-ADBE')
      .getByText('Nearly: Jun 20 95 P would pass at a return of 32.9 % instead of 40 %.')
      .waitFor()
    expect(window.errors).toEqual([])
  })

  test('an administrator changes the criteria; the server’s objection is shown; the next scan uses them', async () => {
    await using window = await openWindow(browser)
    const { page } = window
    await signIn(page, server.url)
    await page.getByRole('link', { name: 'Settings' }).click()
    const least = page.getByLabel('Annualized return, at least')
    const save = page.getByRole('button', { name: 'Save' })

    await least.fill('forty')
    await save.click()
    await page.getByText('“forty” is not a number').waitFor()
    await least.fill('200000')
    await save.click()
    await page
      .getByRole('alert')
      .getByText(/between 0 and 100,000/)
      .waitFor()
    await least.fill('41')
    await save.click()
    await page.getByText(/Saved\. The next scan uses these criteria/).waitFor()

    await page.getByRole('link', { name: 'To the scanner', exact: true }).click()
    await page.getByRole('button', { name: /^Scan for Options/ }).click()
    await page.getByText(/^\d+ of 26 stocks ha.*worth selling: \d+ contracts? at ≥ 41 % a year/).waitFor()
    await page.reload()
    await page.getByText(/at ≥ 41 % a year/).waitFor()
    expect(window.errors).toEqual([])
  })
})
