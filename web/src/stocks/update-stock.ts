import { useState } from 'react'
import { useMutation } from 'urql'
import { graphql } from '../gql/gql.ts'
import type { UpdateStockInput } from '../gql/graphql.ts'
import { errorText } from '../ui/error-text.ts'

const updateStock = graphql(`
  mutation UpdateStock($symbol: String!, $input: UpdateStockInput!) {
    updateStock(symbol: $symbol, input: $input) {
      ...StockRow
    }
  }
`)

/** Changes a stock; `save` answers whether it did, `problem` says why not. */
export function useUpdateStock(symbol: string) {
  const [{ fetching }, run] = useMutation(updateStock)
  const [problem, setProblem] = useState<string | null>(null)
  async function save(input: UpdateStockInput): Promise<boolean> {
    setProblem(null)
    const { error } = await run({ symbol, input })
    if (error) setProblem(errorText(error))
    return !error
  }
  return { busy: fetching, problem, save }
}
