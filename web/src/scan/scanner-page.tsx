import { Button } from '@mantine/core'
import { IconCloudOff } from '@tabler/icons-react'
import { useMemo } from 'react'
import { Explanation } from '../explanation/explanation.tsx'
import { mayScan } from '../auth/roles.ts'
import { useViewer } from '../auth/viewer-gate.tsx'
import { graphql } from '../gql/gql.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { useKey } from '../ui/use-key.ts'
import { headline } from './criteria.ts'
import { countContracts } from './filter.ts'
import { LiveBanner } from './live-banner.tsx'
import { Legend } from './legend.tsx'
import { LiveScanProvider, useScanner } from './live-scan-provider.tsx'
import { Results } from './results.tsx'
import { ScanButton } from './scan-button.tsx'
import { ScanEstimate } from './scan-estimate.tsx'
import { ScanNotices } from './scan-notices.tsx'
import { ScannerSkeleton } from './scanner-skeleton.tsx'
import { focusFirstTicker } from './ticker-list.tsx'
import { TurnedAway } from './turned-away.tsx'
import { UndervaluedStrip } from './undervalued-strip.tsx'
import { useScanControl } from './use-scan-control.ts'

graphql(`
  fragment Criteria on ScanCriteria {
    side
    minAnnualizedReturn
    maxAbsDelta
    minDaysToExpiration
    maxDaysToExpiration
    maxSpreadPercent
    minOpenInterest
  }
`)

export function ScannerPage() {
  return (
    <LiveScanProvider>
      <Scanner />
    </LiveScanProvider>
  )
}

function Scanner() {
  const { live, page, error, refresh } = useScanner()
  const control = useScanControl(() => live.connection !== 'live' && refresh())
  const { tickers } = live
  // A stock that was deactivated keeps its rows until the next scan, but is none of the active ones.
  const listed = useMemo(() => tickers.filter(({ stock }) => stock !== null), [tickers])
  const running = live.status.scanInProgress
  const allowed = mayScan(useViewer())

  useKey('s', () => {
    if (allowed && !running && !control.busy && page !== null) control.start()
  })
  useKey('ArrowDown', (event) => {
    if (document.activeElement !== document.body) return
    event.preventDefault()
    focusFirstTicker()
  })

  if (page === null) {
    if (error === null) return <ScannerSkeleton />
    return (
      <EmptyState
        title="The scanner does not answer"
        icon={<IconCloudOff size={26} />}
        action={<Button onClick={refresh}>Try again</Button>}
      >
        {error}
      </EmptyState>
    )
  }

  const { scanResults, stocks } = page
  const { criteria } = scanResults
  return (
    <div className="page-body">
      <PageHeader
        title="Scanner"
        sentence={headline({
          criteria,
          activeStocks: stocks.length,
          scanned: running || live.outcomes.length > 0,
          tickers: listed.length,
          contracts: countContracts(listed),
          scanInProgress: running,
        })}
        action={
          <div className="scan-action">
            <ScanButton
              running={running}
              busy={control.busy}
              allowed={allowed}
              onStart={control.start}
              onCancel={control.cancel}
            />
            {allowed ? (
              <ScanEstimate running={running} finishedAt={live.status.finishedAt} />
            ) : (
              <p className="scan-estimate">Your role is viewer: traders and administrators scan.</p>
            )}
          </div>
        }
      />
      <ScanNotices
        about={scanResults}
        live={live}
        error={error}
        reply={control.reply}
        onDismiss={control.dismiss}
      />
      <LiveBanner live={live} source={scanResults.source} simulated={scanResults.simulated} />
      <UndervaluedStrip stocks={stocks} />
      <Results criteria={criteria} activeStocks={stocks.length} />
      <Legend />
      <TurnedAway
        stocks={stocks}
        tickers={tickers}
        outcomes={live.outcomes}
        criteria={criteria}
        mayStillCome={running || live.status.startedAt === null}
      />
      <Explanation tickers={tickers} />
    </div>
  )
}
