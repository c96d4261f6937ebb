/** What an operation costs: its fields, times the length of the lists that they are in. */
import { complexityFromQuery, type FieldComplexityFunction } from '@pothos/plugin-complexity'
import { getOperationAST, isListType, isNonNullType, Kind } from 'graphql'
import type { Plugin } from '@envelop/core'
import { beforeExecution, type Operation } from './before-execution.ts'
import type { GraphQLContext } from './context.ts'
import { refusal } from './refusals.ts'

export const MAX_COST = 20_000

/** A list of unknown length counts as this many. */
const LIST_FACTOR = 10

/** For the schema builder: what is below a list counts ten times, and below a connection as often as entries are asked for. */
export const costOf: FieldComplexityFunction<GraphQLContext, Record<string, unknown>> = (
  { first },
  _context,
  field,
) => {
  if (typeof first === 'number') return { field: 1, multiplier: first }
  const isList = isListType(isNonNullType(field.type) ? field.type.ofType : field.type)
  // The connection around them has counted them.
  return isList && field.name !== 'edges'
    ? { field: 1, multiplier: LIST_FACTOR }
    : { field: 1, multiplier: 1 }
}

export const limitedCost = (): Plugin =>
  beforeExecution((operation) => {
    const cost = totalCost(operation)
    if (cost === null || cost <= MAX_COST) return null
    return refusal({
      code: 'TOO_COMPLEX',
      message: `This operation costs ${cost}, and may cost ${MAX_COST} at most: ask for fewer fields, or shorter lists.`,
    })
  })

/** Null for an operation whose name or variables are wrong, which execution explains. */
export function totalCost({
  schema,
  document,
  operationName,
  variableValues,
  contextValue,
}: Operation): number | null {
  const asked = getOperationAST(document, operationName)
  if (asked === null || asked === undefined) return null
  const definitions = document.definitions.filter(
    (definition) => definition === asked || definition.kind === Kind.FRAGMENT_DEFINITION,
  )
  const variables = (variableValues ?? {}) as Record<string, unknown>
  const ctx = contextValue as object
  try {
    return complexityFromQuery({ kind: Kind.DOCUMENT, definitions }, { schema, ctx, variables }).complexity
  } catch {
    return null
  }
}
