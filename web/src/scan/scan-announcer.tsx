import { VisuallyHidden } from '@mantine/core'
import type { LiveScan } from './live-scan.ts'

/** For screen readers: the start, each quarter, the end, and a lost connection. Not every stock. */
export function ScanAnnouncer({ live }: { live: LiveScan }) {
  return (
    <VisuallyHidden component="output" aria-live="polite">
      {announcement(live)}
    </VisuallyHidden>
  )
}

function announcement({ status, connection, loaded }: LiveScan): string {
  if (!loaded) return ''
  if (connection === 'offline') return 'Offline. What is shown may be old.'
  if (!status.scanInProgress) return status.lastRun
  const { done, total } = status.progress
  const quarters = total === 0 ? 0 : Math.floor((done / total) * 4)
  return quarters === 0 ? `Scanning ${total} stocks.` : `${quarters * 25} percent scanned.`
}
