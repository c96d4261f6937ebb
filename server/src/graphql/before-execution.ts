/** For limits that need the variables: looks at an operation after validation, and may refuse it. Over every transport. */
import type { DocumentNode, GraphQLError, GraphQLSchema } from 'graphql'
import type { Plugin } from '@envelop/core'

export interface Operation {
  schema: GraphQLSchema
  document: DocumentNode
  operationName?: string | null | undefined
  variableValues?: unknown
  contextValue?: unknown
}

export function beforeExecution(judge: (operation: Operation) => GraphQLError | null): Plugin {
  const judged =
    <A extends Operation, R>(perform: (args: A) => R) =>
    (args: A) => {
      const error = judge(args)
      return error === null ? perform(args) : { errors: [error] }
    }
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(judged(executeFn))
    },
    onSubscribe({ subscribeFn, setSubscribeFn }) {
      setSubscribeFn(judged(subscribeFn))
    },
  }
}
