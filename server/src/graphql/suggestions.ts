/** "Did you mean …" gives a schema away, name by name, to people who may not see it. */
import type { GraphQLError } from 'graphql'
import type { Plugin } from '@envelop/core'

/** Leaves it out of what validation finds; `withoutSuggestion` does so for errors of execution. */
export function withoutSuggestions(): Plugin {
  return {
    onValidate:
      () =>
      ({ result, setResult }) => {
        setResult((result as readonly GraphQLError[]).map(withoutSuggestion))
      },
  }
}

export function withoutSuggestion(error: GraphQLError): GraphQLError {
  error.message = error.message.replace(/ Did you mean [^]*$/, '')
  return error
}
