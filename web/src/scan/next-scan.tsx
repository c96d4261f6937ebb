import { useDidUpdate } from '@mantine/hooks'
import { useQuery } from 'urql'
import { graphql } from '../gql/gql.ts'
import { newYorkTime } from '../ui/format.ts'
import { useNow } from '../ui/use-now.ts'

const nextScanQuery = graphql(`
  query NextScan {
    nextScheduledScan
  }
`)

/** When the installation's schedule scans next; asked again after each scan, and when that time has passed. */
export function NextScan({ finishedAt }: { finishedAt: string | null }) {
  const [{ data }, ask] = useQuery({ query: nextScanQuery })
  const now = useNow(15_000)
  const next = data?.nextScheduledScan ?? null
  const overdueAt = next !== null && Date.parse(next) <= now ? now : null
  useDidUpdate(() => ask({ requestPolicy: 'network-only' }), [finishedAt, overdueAt])
  if (next === null) return null
  return (
    <span className="live-banner-next tabular" data-testid="next-scan">
      Next scan {newYorkTime(next)} New York
    </span>
  )
}
