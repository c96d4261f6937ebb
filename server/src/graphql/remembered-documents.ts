/** Documents that came before are neither parsed nor checked again: over every transport, the same ones. */
import type { DocumentNode, GraphQLError } from 'graphql'
import type { Plugin } from '@envelop/core'
import { createDocumentCache } from './document-cache.ts'

export function rememberedDocuments(): Plugin {
  const documents = createDocumentCache<DocumentNode>()
  const mistakes = createDocumentCache<Error>()
  /** What is wrong with each; mostly nothing. */
  const checked = new WeakMap<DocumentNode, readonly GraphQLError[]>()
  return {
    onParse({ params: { source }, setParsedDocument }) {
      const text = typeof source === 'string' ? source : source.body
      const mistake = mistakes.get(text)
      if (mistake !== undefined) throw mistake
      const known = documents.get(text)
      if (known !== undefined) return setParsedDocument(known)
      return ({ result }) => {
        if (result instanceof Error) mistakes.set(text, result)
        else if (result !== null) documents.set(text, result as DocumentNode)
      }
    },
    onValidate({ params: { documentAST }, setResult }) {
      const known = checked.get(documentAST)
      if (known !== undefined) return setResult(known)
      return ({ result }) => void checked.set(documentAST, result as readonly GraphQLError[])
    },
  }
}
