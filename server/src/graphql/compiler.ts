/** Makes functions of queries: in pieces where that is possible, else as a whole. */
import type { DocumentNode, ExecutionArgs, ExecutionResult, GraphQLSchema } from 'graphql'
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit'
import { createPieces, type InPieces } from './pieces.ts'

/** What never changes once it is there, and shows nothing but itself. */
export const lastingTypes = new Set(['TickerOptions', 'TickerOutcome'])

/** A result with a text of its own: Yoga sends that, `data` is not to be read. */
export interface Stringified extends ExecutionResult {
  stringify?: () => string
}

export type Execute = (args: ExecutionArgs) => Promise<Stringified>

/** @returns null for what cannot be compiled */
export type Compiler = (document: DocumentNode, operationName: string) => Execute | null

export function createCompiler(schema: GraphQLSchema): Compiler {
  const pieces = createPieces(schema, lastingTypes)
  return (document, operationName) => {
    const inPieces = pieces.compile(document, operationName)
    if (inPieces !== null) return (args) => joinedResult(inPieces, args)
    const whole = compileQuery(schema, document, operationName)
    return isCompiledQuery(whole) ? async (args) => whole.query(...inputOf(args)) : null
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
