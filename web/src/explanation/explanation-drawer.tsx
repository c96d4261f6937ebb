import { Button, Skeleton } from '@mantine/core'
import { useQuery } from 'urql'
import { graphql } from '../gql/gql.ts'
import type { Rating } from '../gql/graphql.ts'
import { RatingPill } from '../scan/rating-pill.tsx'
import { errorText } from '../ui/error-text.ts'
import { Notice } from '../ui/notice.tsx'
import { SideDrawer } from '../ui/side-drawer.tsx'
import { contractName, type NamedContract } from './contract-name.ts'
import { ExplainedNumber } from './explained-number.tsx'
import './explanation-drawer.css'

export interface ExplainedContract extends NamedContract {
  rating: Rating
}

const explainQuery = graphql(`
  query Explain($contractId: ID!) {
    explain(contractId: $contractId) {
      field
      ...ExplainedNumber
    }
  }
`)

/** Each number of a contract: its formula, what went into it, whose figure that is, and when. */
export function ExplanationDrawer(props: {
  contractId: string
  /** Null when what is shown does not have it. */
  contract: ExplainedContract | null
  onClose: () => void
}) {
  const { contractId, contract, onClose } = props
  const [{ data, error, fetching }, ask] = useQuery({ query: explainQuery, variables: { contractId } })
  const explanations = data?.explain
  return (
    <SideDrawer title={contract ? contractName(contract) : contractId} onClose={onClose}>
      {fetching && (
        <div className="explanations" aria-busy="true">
          {Array.from({ length: 5 }, (_, index) => (
            <Skeleton key={index} h={118} radius={8} />
          ))}
        </div>
      )}
      {!fetching && error && (
        <div className="explanations">
          <Notice kind="bad">{errorText(error)}</Notice>
          <Button variant="default" onClick={() => ask()}>
            Try again
          </Button>
        </div>
      )}
      {!fetching && explanations === null && (
        <div className="explanations">
          <Notice kind="calm">
            The latest results do not have this contract any more: it was not kept, or they are too old.
          </Notice>
        </div>
      )}
      {!fetching && explanations && (
        <>
          <p className="explanations-lead">Where each number comes from. Times are New York’s.</p>
          <div className="explanations">
            {explanations.map((one) => (
              <ExplainedNumber
                key={one.field}
                explained={one}
                shown={contract && one.field === 'rating' ? <RatingPill rating={contract.rating} /> : null}
              />
            ))}
          </div>
        </>
      )}
    </SideDrawer>
  )
}
