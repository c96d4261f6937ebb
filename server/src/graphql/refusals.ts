/** Errors that say why an operation is not done, for programs by `extensions.code`. */
import type { GraphQLError } from 'graphql'
import { createGraphQLError } from '@graphql-tools/utils'

export interface Refusal {
  code: string
  message: string
  /** Of the answer over HTTP, whatever the client accepts; 400 unless it is told. */
  status?: number
  headers?: Record<string, string>
}

export function refusal({ code, message, status = 400, headers = {} }: Refusal): GraphQLError {
  return createGraphQLError(message, {
    extensions: {
      code,
      http: {
        status,
        headers,
        // Yoga says so of whatever goes wrong in a document, and then answers 200 to who accepts application/json.
        get spec() {
          return false
        },
        set spec(_isOfTheSpecification) {},
      },
    },
  })
}
