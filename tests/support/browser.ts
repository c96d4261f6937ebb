/** A headless Chromium that keeps to itself. */
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { programs } from './programs.ts'

export const hasBrowser = programs.chromium !== null

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: programs.chromium ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

export interface Window extends AsyncDisposable {
  page: Page
  /** Errors that the page threw or logged, but for the 401 that tells it that nobody is signed in. */
  errors: string[]
}

/** A window of its own: its own cookies, and nobody signed in. */
export async function openWindow(browser: Browser, options: BrowserContextOptions = {}): Promise<Window> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/401|WebSocket/.test(message.text())) errors.push(message.text())
  })
  return { page, errors, [Symbol.asyncDispose]: () => context.close() }
}
