/**
 * Queries whose answers are kept are compiled instead of interpreted: the next one, after a change, is made in a
 * fraction of the time. Compiling costs as much as several executions, so a document is compiled when it comes again.
 */
import { OperationTypeNode, getOperationAST, type DocumentNode, type ExecutionArgs } from 'graphql'
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit'
import type { Plugin } from 'graphql-yoga'
import type { GraphQLContext } from './context.ts'

/** Executions before a document is worth it. */
const WORTH_IT = 2

/** How often it has come, or what became of it; null: it cannot be compiled. */
type Known = number | CompiledQuery | null

export function compiledQueries(): Plugin {
  /** By operation. Forgotten with the document, whose cache is bounded. */
  const documents = new WeakMap<DocumentNode, Map<string, Known>>()

  function compiledOf({ schema, document, operationName }: ExecutionArgs): CompiledQuery | null {
    const operations = documents.get(document) ?? new Map<string, Known>()
    documents.set(document, operations)
    const name = operationName ?? ''
    const known = operations.get(name) ?? 0
    if (typeof known !== 'number') return known
    const next = known < WORTH_IT ? known + 1 : compile(schema, document, name)
    operations.set(name, next)
    return typeof next === 'number' ? null : next
  }

  return {
    onExecute({ args, executeFn, setExecuteFn }) {
      const { ticket } = args.contextValue as unknown as GraphQLContext
      const operation = getOperationAST(args.document, args.operationName)
      if (ticket === null || operation?.operation !== OperationTypeNode.QUERY) return
      const compiled = compiledOf(args)
      if (compiled === null) return
      setExecuteFn(async () => {
        const result = await compiled.query(args.rootValue, args.contextValue, args.variableValues ?? {})
        // Refused before it began: graphql-js says what is wrong with variables in its own words.
        return 'data' in result ? result : executeFn(args)
      })
    },
  }
}

function compile(
  schema: ExecutionArgs['schema'],
  document: DocumentNode,
  operationName: string,
): CompiledQuery | null {
  const compiled = compileQuery(schema, document, operationName)
  return isCompiledQuery(compiled) ? compiled : null
}
