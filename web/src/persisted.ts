import type { DocumentNode } from 'graphql'

/** The hash by which the server knows a document of this page; null for any other. */
export function hashOf(document: DocumentNode): string | null {
  const { __meta__: meta } = document as DocumentNode & { __meta__?: { hash?: string } }
  return meta?.hash ?? null
}

/** A server of another version than this page does not know its hashes, and is sent the text. */
export function isUnknownHash(problem: unknown): boolean {
  return (
    Array.isArray(problem) &&
    problem.some((one: { message?: string } | null) => one?.message === 'PersistedQueryNotFound')
  )
}
