import {
  IconCircleCheck,
  IconCircleMinus,
  IconCircleX,
  IconHistory,
  IconPlugConnectedX,
  IconRefresh,
  type Icon,
} from '@tabler/icons-react'
import { graphql } from '../gql/gql.ts'
import type { RunsQuery, ScanState } from '../gql/graphql.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { Entry } from '../ui/entry-list.tsx'
import { count, duration, localTime } from '../ui/format.ts'
import { Pill } from '../ui/pill.tsx'
import type { Tone } from '../ui/tone.ts'
import { Paged } from './paged.tsx'
import { usePages } from './use-pages.ts'

const runsQuery = graphql(`
  query Runs($after: String) {
    scanRuns(first: 20, after: $after) {
      edges {
        node {
          id
          state
          source
          startedAt
          durationMs
          tickersTotal
          tickersDone
          tickersFailed
          contractsKept
          message
          startedBy {
            name
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`)

type Run = RunsQuery['scanRuns']['edges'][number]['node']

const states: Record<ScanState, { tone: Tone; icon: Icon; name: string }> = {
  IDLE: { tone: 'calm', icon: IconCircleMinus, name: 'Idle' },
  RUNNING: { tone: 'warn', icon: IconRefresh, name: 'Running' },
  COMPLETED: { tone: 'good', icon: IconCircleCheck, name: 'Completed' },
  FAILED: { tone: 'bad', icon: IconCircleX, name: 'Failed' },
  CANCELLED: { tone: 'calm', icon: IconCircleMinus, name: 'Cancelled' },
  INTERRUPTED: { tone: 'bad', icon: IconPlugConnectedX, name: 'Interrupted' },
}

export function RunsPage() {
  const pages = usePages(
    'runs',
    runsQuery,
    (after) => ({ after }),
    (data) => data.scanRuns,
  )
  return (
    <section className="settings-section" aria-label="Scan runs">
      <Paged
        label="Scan runs"
        pages={pages}
        empty={
          <EmptyState title="No scan yet" icon={<IconHistory size={26} />}>
            The scanner’s button starts the first one.
          </EmptyState>
        }
      >
        {(run) => <RunEntry key={run.id} run={run} />}
      </Paged>
    </section>
  )
}

function RunEntry({ run }: { run: Run }) {
  const { tone, icon, name } = states[run.state]
  const details = [
    `${run.tickersDone} of ${count(run.tickersTotal, 'ticker')}`,
    ...(run.tickersFailed > 0 ? [`${run.tickersFailed} failed`] : []),
    `${count(run.contractsKept, 'contract')} kept`,
    ...(run.durationMs === null ? [] : [duration(run.durationMs)]),
    run.source,
    ...(run.startedBy ? [`by ${run.startedBy.name}`] : []),
  ]
  return (
    <Entry
      title={
        <>
          <span className="tabular">{localTime(run.startedAt)}</span>
          <Pill tone={tone} icon={icon}>
            {name}
          </Pill>
        </>
      }
      details={
        <>
          {details.join(' · ')}
          {run.message && run.state !== 'COMPLETED' && (
            <>
              <br />
              {run.message}
            </>
          )}
        </>
      }
    />
  )
}
