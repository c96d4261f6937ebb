/** Documents that clients may name by their SHA-256 instead of sending them. Nobody is limited to them. */
import type { Plugin } from 'graphql-yoga'
import { refusal } from './refusals.ts'

export interface PersistedDocuments {
  /**
   * The document that a request means: the one that it brings, or else the one that it names; undefined when it does
   * neither.
   * @throws GraphQLError with the code PERSISTED_QUERY_NOT_FOUND, upon which clients send the document
   */
  documentOf(params: { query?: unknown; extensions?: unknown }): string | undefined
}

/** @param documents by their SHA-256, in hexadecimal digits */
export function createPersistedDocuments(documents: ReadonlyMap<string, string>): PersistedDocuments {
  return {
    documentOf({ query, extensions }) {
      if (typeof query === 'string' && query !== '') return query
      const hash = hashOf(extensions)
      if (hash === undefined) return undefined
      const document = documents.get(hash)
      if (document === undefined) throw notFound()
      return document
    },
  }
}

/** Over HTTP; sockets ask `documentOf` themselves. */
export function persistedDocuments({ documentOf }: PersistedDocuments): Plugin {
  return {
    onParams({ params, setParams }) {
      const query = documentOf(params)
      if (query !== undefined && query !== params.query) setParams({ ...params, query })
    },
  }
}

function hashOf(extensions: unknown): string | undefined {
  const { persistedQuery } = (extensions ?? {}) as { persistedQuery?: { sha256Hash?: unknown } | null }
  const hash = persistedQuery?.sha256Hash
  return typeof hash === 'string' ? hash : undefined
}

/** The message is what urql and Apollo Client look for. */
const notFound = () =>
  refusal({ code: 'PERSISTED_QUERY_NOT_FOUND', message: 'PersistedQueryNotFound', status: 404 })
