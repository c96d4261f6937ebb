import { useQuery } from 'urql'
import { useViewer } from '../auth/viewer-gate.tsx'
import { graphql } from '../gql/gql.ts'
import { Asked } from '../ui/asked.tsx'
import { Notice } from '../ui/notice.tsx'
import { CriteriaForm } from './criteria-form.tsx'

const criteriaQuery = graphql(`
  query Settings {
    scanResults {
      criteria {
        ...Criteria
      }
    }
  }
`)

/** What holds for everybody who uses this installation. */
export function CriteriaPage() {
  const mayEdit = useViewer().role === 'ADMINISTRATOR'
  const [{ data, error }, ask] = useQuery({ query: criteriaQuery })
  return (
    <>
      {!mayEdit && (
        <div className="notices">
          <Notice kind="calm">Only administrators change these.</Notice>
        </div>
      )}
      <Asked data={data} error={error} again={ask}>
        {({ scanResults }) => <CriteriaForm criteria={scanResults.criteria} mayEdit={mayEdit} />}
      </Asked>
    </>
  )
}
