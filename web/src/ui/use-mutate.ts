import { useMutation, type AnyVariables, type TypedDocumentNode } from 'urql'
import { errorText } from './error-text.ts'

/** A mutation that answers its data, or throws an Error with a sentence for the person. */
export function useMutate<Data, Variables extends AnyVariables>(
  document: TypedDocumentNode<Data, Variables>,
): (variables: Variables) => Promise<Data> {
  const [, run] = useMutation(document)
  return async (variables) => {
    const { data, error } = await run(variables)
    if (error) throw new Error(errorText(error))
    if (!data) throw new Error('The server gave no answer.')
    return data
  }
}
