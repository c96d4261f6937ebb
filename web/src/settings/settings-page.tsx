import { Button, Skeleton } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { useQuery } from 'urql'
import { useViewer } from '../auth/viewer-gate.tsx'
import { graphql } from '../gql/gql.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { errorText } from '../ui/error-text.ts'
import { Notice } from '../ui/notice.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { CriteriaForm } from './criteria-form.tsx'
import './settings.css'

const settingsQuery = graphql(`
  query Settings {
    scanResults {
      criteria {
        ...Criteria
      }
    }
  }
`)

/** What holds for everybody who uses this installation. */
export function SettingsPage() {
  const mayEdit = useViewer().role === 'ADMINISTRATOR'
  const [{ data, error }, ask] = useQuery({ query: settingsQuery })
  return (
    <div className="page-body settings">
      <PageHeader
        title="Settings"
        sentence="What a scan keeps. It holds for everybody on this server; narrow it for yourself with the scanner’s filters."
      />
      {!mayEdit && (
        <div className="notices">
          <Notice kind="calm">Only administrators change these.</Notice>
        </div>
      )}
      {data && <CriteriaForm criteria={data.scanResults.criteria} mayEdit={mayEdit} />}
      {!data && error && (
        <EmptyState
          title="The settings cannot be read now"
          icon={<IconPlugConnectedX size={26} />}
          action={<Button onClick={() => ask()}>Try again</Button>}
        >
          {errorText(error)}
        </EmptyState>
      )}
      {!data && !error && <Skeleton h={420} radius={12} />}
    </div>
  )
}
