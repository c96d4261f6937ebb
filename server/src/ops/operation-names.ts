/** Names of GraphQL operations as a label: anybody can invent names, and each one would cost memory for good. */

const LONGEST_NAME = 64

/** The first `limit` names are told apart; all others are `other`, and no name is `anonymous`. */
export function boundedNames(limit: number): (name: string | undefined) => string {
  const known = new Set<string>()
  return (name) => {
    if (name === undefined) return 'anonymous'
    if (known.has(name)) return name
    if (known.size >= limit || name.length > LONGEST_NAME) return 'other'
    known.add(name)
    return name
  }
}
