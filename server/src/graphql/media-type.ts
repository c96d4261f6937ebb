/** Which of GraphQL's two media types an answer has. */

const JSON_TYPE = 'application/json'
const RESPONSE_TYPE = 'application/graphql-response+json'

/** By what is asked for. */
const chosen: ReadonlyMap<string, string> = new Map([
  [JSON_TYPE, JSON_TYPE],
  [RESPONSE_TYPE, RESPONSE_TYPE],
  ['application/*', JSON_TYPE],
  ['*/*', JSON_TYPE],
])

/**
 * The same as Yoga gives: that of the first type in the `Accept` header which is one of them. Null where none is, or a
 * character set is asked for: that is Yoga's to answer.
 */
export function mediaTypeFor(accept: string): string | null {
  if (accept === '') return JSON_TYPE
  if (/charset/i.test(accept)) return null
  for (const asked of accept.toLowerCase().split(',')) {
    const type = chosen.get(asked.split(';', 1)[0]?.trim() ?? '')
    if (type !== undefined) return type
  }
  return null
}
