/** GraphQL operations by name: a duration, a span, and a request id for those that come over a WebSocket. */
import { randomUUID } from 'node:crypto'
import { getOperationAST, type DocumentNode } from 'graphql'
import type { Plugin } from '@envelop/core'
import { isBug } from '../graphql/errors.ts'
import { logFields, withLogFields } from './log-fields.ts'
import type { Metrics } from './metrics.ts'
import { boundedNames } from './operation-names.ts'
import { inSpan } from './spans.ts'

/** The page has a dozen. */
const DISTINCT_NAMES = 50

interface Arguments {
  document: DocumentNode
  operationName?: string | null
}

export function measuredOperations(metrics: Metrics): Plugin {
  const nameOf = boundedNames(DISTINCT_NAMES)

  function observed<T>(args: Arguments, work: () => T | Promise<T>): Promise<T> {
    const node = getOperationAST(args.document, args.operationName)
    const operation = nameOf(node?.name?.value)
    const type = node?.operation ?? 'query'
    const end = metrics.operations.startTimer({ operation, type })
    const attributes = { 'graphql.operation.name': operation, 'graphql.operation.type': type }
    const run = () =>
      inSpan(`${type} ${operation}`, attributes, async (span) => {
        try {
          const result = await work()
          const outcome = outcomeOf(result)
          end({ outcome })
          span.setAttribute('graphql.outcome', outcome)
          return result
        } catch (error) {
          end({ outcome: 'failed' })
          throw error
        }
      })
    return logFields().requestId === undefined ? withLogFields({ requestId: randomUUID() }, run) : run()
  }

  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args) => observed(args, () => executeFn(args)))
    },
    onSubscribe({ subscribeFn, setSubscribeFn }) {
      setSubscribeFn((args) => observed(args, () => subscribeFn(args)))
    },
  }
}

function outcomeOf(result: unknown): 'ok' | 'refused' | 'failed' {
  const { errors } = result as { errors?: readonly unknown[] }
  if (errors === undefined) return 'ok'
  return errors.some(isBug) ? 'failed' : 'refused'
}
