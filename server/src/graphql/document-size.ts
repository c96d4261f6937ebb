/** How large the selections of a document are with their fragments put in; every fragment is looked at once. */
import { Kind, type DocumentNode, type SelectionSetNode } from 'graphql'

export interface Size {
  /** Fields next to each other, repeated ones again. */
  fields: number
  depth: number
  /** The same below `__schema` and `__type`, which then does not count as depth. */
  introspectionDepth: number
}

const nothing: Size = { fields: 0, depth: 0, introspectionDepth: 0 }

export function sizesOf({ definitions }: DocumentNode): (selections: SelectionSetNode) => Size {
  const fragments = new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition.selectionSet]] : [],
    ),
  )
  const known = new Map<SelectionSetNode, Size>()

  return function sizeOf(selections) {
    const found = known.get(selections)
    if (found !== undefined) return found
    const size = { ...nothing }
    // A fragment that leads back to itself finds this; another rule refuses it.
    known.set(selections, size)
    for (const selection of selections.selections) {
      const inside =
        selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection.selectionSet
      const below = inside === undefined ? nothing : sizeOf(inside)
      if (selection.kind !== Kind.FIELD) {
        size.fields += below.fields
        size.depth = Math.max(size.depth, below.depth)
      } else {
        size.fields += 1
        const kind = selection.name.value.startsWith('__') ? 'introspectionDepth' : 'depth'
        size[kind] = Math.max(size[kind], 1 + below.depth)
      }
      size.introspectionDepth = Math.max(size.introspectionDepth, below.introspectionDepth)
    }
    return size
  }
}
