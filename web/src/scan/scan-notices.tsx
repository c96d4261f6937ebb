import { graphql } from '../gql/gql.ts'
import type { ScanNoticesFragment } from '../gql/graphql.ts'
import { Notice } from '../ui/notice.tsx'
import { momentInBothZones } from '../ui/format.ts'
import type { LiveScan } from './live-scan.ts'
import type { Reply } from './use-scan-control.ts'

graphql(`
  fragment ScanNotices on ScanResults {
    isLocalEnvironment
    simulated
    source
    market {
      isOpen
      opensAt
    }
  }
`)

/** What a person must know to read the numbers. */
export function ScanNotices(props: {
  about: ScanNoticesFragment
  live: LiveScan
  error: string | null
  reply: Reply | null
  onDismiss: () => void
}) {
  const { about, live, error, reply } = props
  const { market } = about
  return (
    <div className="notices">
      {reply && (
        <Notice kind={reply.kind} onClose={props.onDismiss}>
          {reply.text}
        </Notice>
      )}
      {live.degraded && (
        <Notice kind="bad">
          {live.status.lastRun}
          {live.tickers.length > 0 && ' What is shown below is the last that could be read.'}
        </Notice>
      )}
      {live.connection === 'offline' && (
        <Notice kind="bad">
          Offline: {error ?? 'no live connection to the server.'} The page keeps trying.
        </Notice>
      )}
      {live.connection !== 'offline' && error && <Notice kind="bad">{error}</Notice>}
      {about.isLocalEnvironment && (
        <Notice kind="warn">LOCAL mode: scans run at any time; quotes may be stale.</Notice>
      )}
      {about.simulated && <Notice kind="simulated">Simulated data: nothing here is a real quote.</Notice>}
      {!about.isLocalEnvironment && !market.isOpen && reply?.kind !== 'closed' && (
        <Notice kind="closed">
          Market is closed. Scans only run during market hours (9:30 AM - 4:00 PM ET).
          {market.opensAt && ` It opens ${momentInBothZones(market.opensAt)}.`}
        </Notice>
      )}
    </div>
  )
}
