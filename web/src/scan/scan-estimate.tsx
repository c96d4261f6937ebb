import { useDidUpdate } from '@mantine/hooks'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useQuery } from 'urql'
import { graphql } from '../gql/gql.ts'
import './scan-estimate.css'

const scanEstimateQuery = graphql(`
  query ScanEstimate {
    scanEstimate {
      credits
      sufficient
      message
    }
  }
`)

/** What the next scan costs, where it costs something; asked again after each. */
export function ScanEstimate({ running, finishedAt }: { running: boolean; finishedAt: string | null }) {
  const [{ data }, ask] = useQuery({ query: scanEstimateQuery })
  useDidUpdate(() => ask(), [finishedAt])
  if (!data) return null
  const { credits, sufficient, message } = data.scanEstimate
  if (credits === null && sufficient) return null
  return (
    // During a scan it keeps its place, so that nothing jumps.
    <p
      className="scan-estimate"
      data-sufficient={sufficient}
      data-running={running || undefined}
      data-testid="scan-estimate"
    >
      {!sufficient && <IconAlertTriangle size={14} stroke={2} aria-hidden="true" />}
      {message}
    </p>
  )
}
