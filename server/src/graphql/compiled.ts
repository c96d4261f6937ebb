/**
 * Queries whose answers are kept are compiled instead of interpreted: the next one, after a change, is made in a
 * fraction of the time. Compiling costs as much as several executions, so a document is compiled when it comes again.
 */
import {
  OperationTypeNode,
  getOperationAST,
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLSchema,
} from 'graphql'
import type { Plugin } from '@envelop/core'
import type { Compiler, Execute } from './compiler.ts'
import type { GraphQLContext } from './context.ts'

/** Executions before a document is worth it. */
const WORTH_IT = 2

/** How often it has come, or what became of it; null: it cannot be compiled. */
type Known = number | Promise<Execute | null>

export function compiledQueries(): Plugin {
  /** By operation. Forgotten with the document, whose cache is bounded. */
  const documents = new WeakMap<DocumentNode, Map<string, Known>>()
  let loading: Promise<Compiler> | undefined
  /** Not with the server: it comes from a big package, and a start has no use for it. */
  const load = async (schema: GraphQLSchema): Promise<Compiler> => {
    const { createCompiler } = await import('./compiler.ts')
    return createCompiler(schema)
  }

  /** Null: not compiled yet. */
  function compiledOf({ schema, document, operationName }: ExecutionArgs): Promise<Execute | null> | null {
    const operations = documents.get(document) ?? new Map<string, Known>()
    documents.set(document, operations)
    const name = operationName ?? ''
    const known = operations.get(name) ?? 0
    if (typeof known !== 'number') return known
    const next =
      known < WORTH_IT ? known + 1 : (loading ??= load(schema)).then((compile) => compile(document, name))
    operations.set(name, next)
    return typeof next === 'number' ? null : next
  }

  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const { ticket } = args.contextValue as unknown as GraphQLContext
      const operation = getOperationAST(args.document, args.operationName)
      if (ticket === null || operation?.operation !== OperationTypeNode.QUERY) return
      const compiling = compiledOf(args)
      if (compiling === null) return
      setExecuteFn(async () => {
        const result = await (await compiling)?.(args)
        // Variables that were refused, or pieces with an error: graphql-js says what is wrong in its own words.
        return result !== undefined && 'data' in result ? result : executeFn(args)
      })
    },
  }
}
