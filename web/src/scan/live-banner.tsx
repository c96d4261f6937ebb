import { VisuallyHidden } from '@mantine/core'
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconClockPause,
  IconCloudOff,
  IconBan,
  IconRadar2,
  type Icon,
} from '@tabler/icons-react'
import type { LiveStatusFragment, ScanState } from '../gql/graphql.ts'
import { count, duration } from '../ui/format.ts'
import { useNow } from '../ui/use-now.ts'
import { ConnectionState } from './connection-state.tsx'
import './live-banner.css'
import type { LiveScan } from './live-scan.ts'
import { NextScan } from './next-scan.tsx'
import { ScanAnnouncer } from './scan-announcer.tsx'
import { SourceName } from './source-name.tsx'

const states: Record<ScanState, { icon: Icon; word: string; tone: string }> = {
  IDLE: { icon: IconClockPause, word: 'Idle', tone: 'calm' },
  RUNNING: { icon: IconRadar2, word: 'Scanning', tone: 'accent' },
  COMPLETED: { icon: IconCircleCheck, word: 'Completed', tone: 'good' },
  FAILED: { icon: IconCircleX, word: 'Failed', tone: 'bad' },
  CANCELLED: { icon: IconBan, word: 'Cancelled', tone: 'calm' },
  INTERRUPTED: { icon: IconAlertTriangle, word: 'Interrupted', tone: 'warn' },
}

const unavailable = { icon: IconCloudOff, word: 'Unavailable', tone: 'bad' }

/** What the scanner does at this moment. It keeps its size, whatever that is. */
export function LiveBanner({
  live,
  source,
  simulated,
}: {
  live: LiveScan
  source: string
  simulated: boolean
}) {
  const { status } = live
  const { icon: StateIcon, word, tone } = live.degraded ? unavailable : states[status.state]
  const { done, total } = status.progress
  const share = total === 0 ? 0 : (done / total) * 100
  return (
    <section
      className={`live-banner card live-banner-${tone}`}
      aria-label="Scan status"
      data-state={status.state}
    >
      <div className="live-banner-row">
        <span className="live-banner-state">
          <StateIcon
            size={20}
            stroke={1.9}
            aria-hidden="true"
            className={status.scanInProgress ? 'spinning' : undefined}
          />
          <strong>{word}</strong>
        </span>
        <span className="live-banner-last-run" data-testid="last-run">
          {status.lastRun === 'Never' ? 'Never scanned' : status.lastRun}
        </span>
        <NextScan finishedAt={status.finishedAt} />
        <ConnectionState connection={live.connection} />
      </div>
      <VisuallyHidden>
        <progress aria-label="Stocks scanned" max={total || 1} value={done} />
      </VisuallyHidden>
      <div className="live-banner-track" aria-hidden="true">
        <div style={{ width: `${share}%` }} />
      </div>
      <div className="live-banner-row live-banner-details tabular">
        <Details live={live} />
        <SourceName source={source} simulated={simulated} />
      </div>
      <ScanAnnouncer live={live} />
    </section>
  )
}

function Details({ live }: { live: LiveScan }) {
  const { status, outcomes } = live
  const { done, total, current } = status.progress
  const failed = outcomes.filter(({ message }) => message !== null).length
  if (status.startedAt === null)
    return <span className="live-banner-now">Results stay for 45 minutes after a scan.</span>
  return (
    <>
      <span data-testid="scan-progress">
        {done} of {count(total, 'stock')}
      </span>
      {failed > 0 && <span className="live-banner-failed">{failed} failed</span>}
      <Elapsed status={status} />
      <span className="live-banner-now" data-testid="scan-current">
        {status.scanInProgress && current.length > 0 ? `Now: ${current.join(', ')}` : ''}
      </span>
    </>
  )
}

function Elapsed({ status }: { status: LiveStatusFragment }) {
  const now = useNow(status.scanInProgress ? 100 : 60_000)
  const from = Date.parse(status.startedAt ?? '')
  const to = status.scanInProgress ? now : Date.parse(status.finishedAt ?? '')
  if (Number.isNaN(from) || Number.isNaN(to)) return null
  return <span className="live-banner-elapsed">{duration(to - from)}</span>
}
