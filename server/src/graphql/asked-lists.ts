/** What a document asks for, as far as lists of some types go: documents without conditions, of objects only. */
import {
  BREAK,
  Kind,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
  visit,
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type SelectionNode,
} from 'graphql'

/** A list that is asked for, and what of its objects. */
export interface AskedList {
  type: string
  selections: SelectionNode[]
}

/** By response name: what belongs there, or what holds some further down. */
export type Tree<Leaf> = Map<string, Leaf | Tree<Leaf>>

export function isListOf(type: GraphQLOutputType, names: ReadonlySet<string>): boolean {
  return isListType(getNullableType(type)) && names.has(getNamedType(type).name)
}

/** The lists of those types that are asked for, however far down, but none inside another. */
export function listsIn(
  type: GraphQLObjectType,
  selections: readonly SelectionNode[],
  document: DocumentNode,
  lasting: ReadonlySet<string>,
): Tree<AskedList> {
  const found: Tree<AskedList> = new Map()
  for (const [name, nodes] of byResponseName(selections, document)) {
    const field = type.getFields()[nodes[0]?.name.value ?? '']
    if (field === undefined) continue
    const inner = getNamedType(field.type)
    const below = nodes.flatMap(({ selectionSet }) => selectionSet?.selections ?? [])
    if (isListOf(field.type, lasting)) found.set(name, { type: inner.name, selections: below })
    else if (isObjectType(inner)) {
      const further = listsIn(inner, below, document, lasting)
      if (further.size > 0) found.set(name, further)
    }
  }
  return found
}

/** The fields, those of fragments among them: every type is an object's here, so that each fragment holds. */
function byResponseName(
  selections: readonly SelectionNode[],
  document: DocumentNode,
  fields = new Map<string, FieldNode[]>(),
): Map<string, FieldNode[]> {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) {
      const name = (selection.alias ?? selection.name).value
      fields.set(name, [...(fields.get(name) ?? []), selection])
      continue
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : fragmentsOf(document).find(({ name }) => name.value === selection.name.value)
    byResponseName(fragment?.selectionSet.selections ?? [], document, fields)
  }
  return fields
}

export const fragmentsOf = ({ definitions }: DocumentNode) =>
  definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)

export function hasDirectives(document: DocumentNode): boolean {
  let found = false
  visit(document, {
    Directive() {
      found = true
      return BREAK
    },
  })
  return found
}
