import { useState } from 'react'
import { useMutation } from 'urql'
import { graphql } from '../gql/gql.ts'
import type { CriteriaFragment, ScanCriteriaInput } from '../gql/graphql.ts'
import { errorText } from '../ui/error-text.ts'

const updateCriteria = graphql(`
  mutation UpdateScanCriteria($input: ScanCriteriaInput!) {
    updateScanCriteria(input: $input) {
      ...Criteria
    }
  }
`)

/** Changes the criteria; `save` answers what holds now, or null when `problem` says why nothing was changed. */
export function useUpdateCriteria() {
  const [{ fetching }, run] = useMutation(updateCriteria)
  const [problem, setProblem] = useState<string | null>(null)
  async function save(input: ScanCriteriaInput): Promise<CriteriaFragment | null> {
    setProblem(null)
    const { data, error } = await run({ input })
    if (error) setProblem(errorText(error))
    return data?.updateScanCriteria ?? null
  }
  return { busy: fetching, problem, save, dismiss: () => setProblem(null) }
}
