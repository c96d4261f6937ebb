/** What a GraphQL server's `subscribe` gives, and how it is given back. */
import type { ExecutionResult } from 'graphql'

/** A result instead of a stream is a refusal, or a failure before anything could begin. */
export type Opened = AsyncIterable<ExecutionResult> | ExecutionResult
export type Open = () => Promise<Opened> | Opened

export function isStream(opened: Opened): opened is AsyncIterable<ExecutionResult> {
  return Symbol.asyncIterator in opened
}

/** Tells a source that nobody listens any more. Its answer is not waited for. */
export function giveBack(iterator: AsyncIterator<unknown> | null): void {
  void (async () => iterator?.return?.())().catch(() => {})
}
