/** How large a document may be, whatever its variables: what needs more is split into several operations. */
import {
  Kind,
  Lexer,
  parse,
  Source,
  TokenKind,
  visit,
  type DocumentNode,
  type GraphQLError,
  type ParseOptions,
} from 'graphql'
import type { Plugin } from '@envelop/core'
import { sizesOf } from './document-size.ts'
import { refusal } from './refusals.ts'
import { hasNul, nulInText } from './variable-limits.ts'

export const documentBounds = {
  characters: 32_768,
  tokens: 1_000,
  depth: 10,
  /** Below `__schema` and `__type`: what tools ask to learn a schema is deep. */
  introspectionDepth: 16,
  rootFields: 20,
  aliases: 15,
  directives: 8,
}

/** Over every transport, as a part of parsing: what came of it is remembered by the text. */
export function limitedDocuments(): Plugin {
  return {
    onParse({ setParseFn }) {
      setParseFn(parseWithin)
    },
  }
}

/** @throws GraphQLError also when the document is too large to be looked at further */
function parseWithin(given: string | Source, options?: ParseOptions): DocumentNode {
  const { characters, tokens } = documentBounds
  const source = typeof given === 'string' ? new Source(given) : given
  if (source.body.length > characters) throw tooMany('characters', 'DOCUMENT_TOO_LARGE', characters)
  if (hasMoreTokens(source, tokens)) throw tooMany('tokens', 'DOCUMENT_TOO_LARGE', tokens)
  const document = parse(source, options)
  const error = whatIsTooMuch(document)
  if (error !== null) throw error
  return document
}

function hasMoreTokens(source: Source, bound: number): boolean {
  const lexer = new Lexer(source)
  try {
    for (let count = 0; count <= bound; count += 1) if (lexer.advance().kind === TokenKind.EOF) return false
    return true
  } catch {
    // A mistake, which the parser finds as well, and explains.
    return false
  }
}

function whatIsTooMuch(document: DocumentNode): GraphQLError | null {
  const bounds = documentBounds
  let aliases = 0
  let directives = 0
  visit(document, {
    Field({ alias }) {
      if (alias !== undefined) aliases += 1
    },
    Directive() {
      directives += 1
    },
    StringValue({ value }) {
      if (hasNul(value)) throw nulInText()
    },
  })
  if (aliases > bounds.aliases) return tooMany('aliases', 'TOO_MANY_ALIASES', bounds.aliases)
  if (directives > bounds.directives) return tooMany('directives', 'TOO_MANY_DIRECTIVES', bounds.directives)

  const sizeOf = sizesOf(document)
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue
    const { fields, depth, introspectionDepth } = sizeOf(definition.selectionSet)
    if (fields > bounds.rootFields) return tooMany('fields at the top', 'TOO_MANY_FIELDS', bounds.rootFields)
    if (depth > bounds.depth) return tooMany('levels', 'TOO_DEEP', bounds.depth)
    if (introspectionDepth > bounds.introspectionDepth)
      return tooMany('levels of introspection', 'TOO_DEEP', bounds.introspectionDepth)
  }
  return null
}

const tooMany = (what: string, code: string, bound: number) =>
  refusal({ code, message: `An operation may have ${bound} ${what} at most.` })
