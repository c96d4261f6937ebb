/**
 * Queries whose answers are kept are compiled instead of interpreted: the next one, after a change, is made in a
 * fraction of the time. Compiling costs as much as several executions, so a document is compiled when it comes again.
 */
import {
  OperationTypeNode,
  getOperationAST,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql'
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit'
import type { Plugin } from 'graphql-yoga'
import type { GraphQLContext } from './context.ts'
import { createPieces, type InPieces } from './pieces.ts'

/** Executions before a document is worth it. */
const WORTH_IT = 2

/** What never changes once it is there, and shows nothing but itself. */
export const lastingTypes = new Set(['TickerOptions', 'TickerOutcome'])

/** A result with a text of its own: Yoga sends that, `data` is not to be read. */
export interface Stringified extends ExecutionResult {
  stringify?: () => string
}

type Execute = (args: ExecutionArgs) => Promise<Stringified>
/** How often it has come, or what became of it; null: it cannot be compiled. */
type Known = number | Execute | null

export function compiledQueries(): Plugin {
  /** By operation. Forgotten with the document, whose cache is bounded. */
  const documents = new WeakMap<DocumentNode, Map<string, Known>>()
  let pieces: ReturnType<typeof createPieces> | null = null

  function compiledOf({ schema, document, operationName }: ExecutionArgs): Execute | null {
    const operations = documents.get(document) ?? new Map<string, Known>()
    documents.set(document, operations)
    const name = operationName ?? ''
    const known = operations.get(name) ?? 0
    if (typeof known !== 'number') return known
    const next = known < WORTH_IT ? known + 1 : compile(schema, document, name)
    operations.set(name, next)
    return typeof next === 'number' ? null : next
  }

  function compile(schema: GraphQLSchema, document: DocumentNode, operationName: string): Execute | null {
    pieces ??= createPieces(schema, lastingTypes)
    const inPieces = pieces.compile(document, operationName)
    if (inPieces !== null) return (args) => joinedResult(inPieces, args)
    const whole = compileQuery(schema, document, operationName)
    return isCompiledQuery(whole) ? async (args) => whole.query(...inputOf(args)) : null
  }

  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const { ticket } = args.contextValue as unknown as GraphQLContext
      const operation = getOperationAST(args.document, args.operationName)
      if (ticket === null || operation?.operation !== OperationTypeNode.QUERY) return
      const compiled = compiledOf(args)
      if (compiled === null) return
      setExecuteFn(async () => {
        const result = await compiled(args)
        // Variables that were refused, or pieces with an error: graphql-js says what is wrong in its own words.
        return 'data' in result ? result : executeFn(args)
      })
    },
  }
}

/** Without data when something is wrong with it: then it is executed as a whole. */
async function joinedResult({ query, textOf }: InPieces, args: ExecutionArgs): Promise<Stringified> {
  const { data, errors } = await query(...inputOf(args))
  const text = errors === undefined ? textOf(data) : null
  return text === null ? {} : { data: data ?? null, stringify: () => `{"data":${text}}` }
}

const inputOf = (args: ExecutionArgs): Parameters<CompiledQuery['query']> => [
  args.rootValue,
  args.contextValue,
  args.variableValues ?? {},
]
