/** Which requests ask for nothing but data that has a version: the same question then has the same answer. */
import { Kind, OperationTypeNode, parse, type DocumentNode, type SelectionSetNode } from 'graphql'

export interface Readable {
  /** Fields of Query whose value changes only with the version of the data. */
  rootFields: ReadonlySet<string>
  /** Names of fields, anywhere below, that change by themselves. Types are not known here: a name counts for all. */
  volatile: ReadonlySet<string>
}

/** Hostile texts are refused the long way; here they only must not cost much. */
const MAX_TOKENS = 1_000

/**
 * @param text the document
 * @param operationName which of its operations; null when it has one
 */
export function isReadable(text: string, operationName: string | null, readable: Readable): boolean {
  let document: DocumentNode
  try {
    document = parse(text, { maxTokens: MAX_TOKENS, noLocation: true })
  } catch {
    return false
  }
  const operations = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? [definition] : [],
  )
  const chosen = operations.filter(({ name }) => operationName === null || name?.value === operationName)
  const [operation, another] = chosen
  if (operation?.operation !== OperationTypeNode.QUERY || another !== undefined) return false
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition.selectionSet]] : [],
    ),
  )
  const seen = new Set<string>()

  /** At the root, only what is named; below, anything that is not volatile. */
  function agrees({ selections }: SelectionSetNode, isRoot: boolean): boolean {
    return selections.every((selection) => {
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value
        if (isRoot ? !readable.rootFields.has(name) && name !== '__typename' : readable.volatile.has(name))
          return false
        return selection.selectionSet === undefined || agrees(selection.selectionSet, false)
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) return agrees(selection.selectionSet, isRoot)
      const name = selection.name.value
      const place = `${isRoot} ${name}`
      if (seen.has(place)) return true
      seen.add(place)
      const fragment = fragments.get(name)
      return fragment !== undefined && agrees(fragment, isRoot)
    })
  }

  return agrees(operation.selectionSet, true)
}
