/** Whoever asks for the same, with the same rights, is told the same text, made once: over every transport. */
import { createFanOut, type FanOut } from '../fan-out/index.ts'
import type { GraphQLContext } from './context.ts'
import { formattedResult } from './errors.ts'

export interface SharedSubscriptionsOptions {
  /** How long a reader may leave what it was sent unread, milliseconds. */
  patienceMs?: number
}

/** Results depend on nothing of a person but these rights: a field that does would have to be in them. */
export function createSharedSubscriptions(options: SharedSubscriptionsOptions = {}): FanOut {
  return createFanOut<GraphQLContext>({
    rightsOf: ({ viewer }) => [viewer.role, ...viewer.scopes].join(' '),
    stringify: (result) => JSON.stringify(formattedResult(result)),
    ...options,
  })
}
