import {
  IconCloudOff,
  IconFilterOff,
  IconHourglass,
  IconListDetails,
  IconMoodEmpty,
  IconRadar2,
} from '@tabler/icons-react'
import { Button } from '@mantine/core'
import { Link } from 'wouter'
import type { CriteriaFragment } from '../gql/graphql.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { count } from '../ui/format.ts'
import { criteriaText, sideWord } from './criteria.ts'
import type { LiveScan } from './live-scan.ts'

/** The list is empty, and that has a reason. */
export function NoResults(props: {
  live: LiveScan
  criteria: CriteriaFragment
  activeStocks: number
  /** How many tickers the filter hides. */
  hidden: number
  onClearFilter: () => void
}) {
  const { live, criteria, activeStocks, hidden } = props
  const { state, lastRun, scanInProgress } = live.status

  if (hidden > 0) {
    return (
      <EmptyState
        title="Nothing matches the filter"
        icon={<IconFilterOff size={26} />}
        action={
          <Button variant="default" onClick={props.onClearFilter}>
            Clear the filter
          </Button>
        }
      >
        {count(hidden, 'ticker')} with qualifying options {hidden === 1 ? 'is' : 'are'} hidden by it.
      </EmptyState>
    )
  }
  if (live.degraded) {
    return (
      <EmptyState title="Results cannot be read now" icon={<IconCloudOff size={26} />}>
        They come back by themselves as soon as their store answers again.
      </EmptyState>
    )
  }
  if (scanInProgress) {
    return (
      <EmptyState title="Looking for options…" icon={<IconRadar2 size={26} className="spinning" />}>
        Nothing has qualified so far. Each stock appears here the moment it is done.
      </EmptyState>
    )
  }
  if (activeStocks === 0) {
    return (
      <EmptyState
        title="There is no active stock to scan"
        icon={<IconListDetails size={26} />}
        action={
          <Button component={Link} href="/stocks">
            To the stocks
          </Button>
        }
      >
        Add stocks to the list, or activate some of it, then scan.
      </EmptyState>
    )
  }
  const screened = live.outcomes.filter(({ message }) => message === null).length
  if (screened > 0) {
    return (
      <EmptyState title="Nothing worth selling" icon={<IconMoodEmpty size={26} />}>
        No {sideWord(criteria, false)} of the {count(screened, 'scanned stock')} meets the criteria:{' '}
        {criteriaText(criteria)}, {criteria.minDaysToExpiration} to {criteria.maxDaysToExpiration} days to
        expiration. Quiet markets do that: the reason for each stock stands below. A later scan, or a busier
        day, may find some.
      </EmptyState>
    )
  }
  if (state === 'IDLE' && lastRun === 'Never') {
    return (
      <EmptyState title="No scan yet" icon={<IconRadar2 size={26} />}>
        Press “Scan for Options”, or the key <kbd>s</kbd>, to look through the{' '}
        {count(activeStocks, 'active stock')} of the list. It takes a few seconds.
      </EmptyState>
    )
  }
  return (
    <EmptyState title="No results to show" icon={<IconHourglass size={26} />}>
      {lastRun}. Results are shown for 45 minutes, because older quotes mislead. Scan again for new ones.
    </EmptyState>
  )
}
