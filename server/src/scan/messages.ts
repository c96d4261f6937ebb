/** The last-run value and the other sentences that people and programs see word for word. */
import { newYorkDateTime } from './new-york.ts'

export const NEVER = 'Never'
export const IN_PROGRESS = 'Scanning in progress...'
export const UNAVAILABLE = 'Data temporarily unavailable. Please refresh the page.'
export const MARKET_CLOSED = 'Market is closed. Scans only run during market hours (9:30 AM - 4:00 PM ET).'
export const NO_ACTIVE_STOCKS = 'There is no active stock to scan. Add one to the list first.'
export const NO_SCAN_RUNNING = 'No scan is running.'

/** `marketNow` in milliseconds; times are New York's. */
export const completedAt = (marketNow: number) =>
  `Scan completed successfully at ${newYorkDateTime(marketNow)}`
export const cancelledAt = (marketNow: number) => `Scan cancelled at ${newYorkDateTime(marketNow)}`
export const interruptedAt = (marketNow: number) => `Scan interrupted at ${newYorkDateTime(marketNow)}`
export const failedBecause = (reason: string) => `Scan failed: ${reason}`
