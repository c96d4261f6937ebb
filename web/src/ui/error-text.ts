import type { CombinedError } from '@urql/core'

/** What a person should read of a failed request. */
export function errorText(error: CombinedError): string {
  const [first] = error.graphQLErrors
  return first?.message ?? 'The server cannot be reached. Is it running?'
}
