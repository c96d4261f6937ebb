/**
 * Answers made of pieces. Objects of some types never change, and what is told of one depends on nothing else: its text,
 * for one selection, is written once. So an answer after a change costs what has changed, not what is in it.
 */
import { MapperKind, mapSchema } from '@graphql-tools/utils'
import {
  BREAK,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  Kind,
  OperationTypeNode,
  getNamedType,
  getNullableType,
  getOperationAST,
  isListType,
  isObjectType,
  visit,
  type DocumentNode,
  type FieldNode,
  type GraphQLOutputType,
  type SelectionNode,
} from 'graphql'
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit'

export interface InPieces {
  /** What it answers has the objects themselves wherever there are lists of them: only `textOf` can tell it. */
  query: CompiledQuery['query']
  /** JSON of what `query` has answered; null when it has to be made as a whole after all. */
  textOf(data: unknown): string | null
}

/** Characters of texts that are kept; those of the operation that was asked longest ago are forgotten first. */
const LIMIT = 32 * 1024 * 1024

/** Of a list: how its objects are told, and the texts of those that were told before. */
interface Piece {
  type: string
  query: CompiledQuery['query']
  texts: WeakMap<object, string>
  /** Characters written since they were forgotten last. */
  written: number
}

/** By response name: a list of pieces, or what holds some further down. */
type Tree<P> = Map<string, P | Tree<P>>

/** @param lasting names of types; nothing that can be asked of them may have arguments or look at the context */
export function createPieces(schema: GraphQLSchema, lasting: ReadonlySet<string>, limit = LIMIT) {
  const skeletons = withOpaqueLists(schema, lasting)
  const lists = onlyListsOf(schema, lasting)
  /** In the order of use. */
  const remembered = new Set<Piece>()
  let written = 0

  function remember(piece: Piece, characters: number): void {
    remembered.delete(piece)
    remembered.add(piece)
    piece.written += characters
    written += characters
    for (const oldest of remembered) {
      if (written <= limit) break
      written -= oldest.written
      oldest.written = 0
      oldest.texts = new WeakMap()
      remembered.delete(oldest)
    }
  }

  /** @throws when one of the objects cannot be told without an error */
  function tell(piece: Piece, opaque: readonly Opaque[]): string {
    const { type, query, texts } = piece
    const objects = opaque.map(({ object }) => object)
    const unknown = objects.filter((object) => !texts.has(object))
    let characters = 0
    if (unknown.length > 0) {
      const { data, errors } = query({ [type]: unknown }, undefined, {}) as Told
      const told = data?.[type]
      if (errors !== undefined || told == null) throw new Error(`${type} cannot be told on its own.`)
      for (const [index, object] of unknown.entries()) {
        const text = JSON.stringify(told[index])
        texts.set(object, text)
        characters += text.length
      }
    }
    remember(piece, characters)
    return `[${objects.map((object) => texts.get(object)).join(',')}]`
  }

  return {
    /** Null when the operation has no such lists, or says under conditions what it asks for. */
    compile(document: DocumentNode, operationName: string): InPieces | null {
      const operation = getOperationAST(document, operationName === '' ? null : operationName)
      const root = schema.getQueryType()
      if (operation?.operation !== OperationTypeNode.QUERY || !root || hasDirectives(document)) return null
      const found = listsIn(root, operation.selectionSet.selections, document, lasting)
      const skeleton = compileQuery(skeletons, document, operationName)
      if (found.size === 0 || !isCompiledQuery(skeleton)) return null
      const pieces = mapped(found, (list) => compilePiece(lists, document, list))
      return {
        query: skeleton.query,
        textOf(data) {
          try {
            return joined(data, pieces, tell)
          } catch {
            return null
          }
        },
      }
    },
  }
}

/** What an execution of a piece answers. */
interface Told {
  data?: Record<string, unknown[] | null> | null
  errors?: unknown
}

/** A list that is asked for, and what of its objects. */
interface AskedList {
  type: string
  selections: SelectionNode[]
}

/** An object in the place of what is told of it. It must not get into an answer by mistake. */
class Opaque {
  readonly object: object
  constructor(object: object) {
    this.object = object
  }
  toJSON(): never {
    throw new Error('A piece was left in the answer.')
  }
}

function compilePiece(lists: GraphQLSchema, document: DocumentNode, { type, selections }: AskedList): Piece {
  const name = { kind: Kind.NAME, value: type } as const
  const field = { kind: Kind.FIELD, name, selectionSet: { kind: Kind.SELECTION_SET, selections } } as const
  const operation = {
    kind: Kind.OPERATION_DEFINITION,
    operation: OperationTypeNode.QUERY,
    selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
  } as const
  const compiled = compileQuery(lists, {
    kind: Kind.DOCUMENT,
    definitions: [operation, ...fragmentsOf(document)],
  })
  if (!isCompiledQuery(compiled)) throw new Error(`A list of ${type} cannot be compiled.`)
  return { type, query: compiled.query, texts: new WeakMap(), written: 0 }
}

/** The same schema, but that lists of those types are told as they are. */
function withOpaqueLists(schema: GraphQLSchema, lasting: ReadonlySet<string>): GraphQLSchema {
  const opaque = new GraphQLScalarType<Opaque>({
    name: 'Opaque',
    serialize: (object) => new Opaque(object as object),
  })
  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: (field) =>
      isListOf(field.type, lasting) ? { ...field, type: new GraphQLList(opaque) } : undefined,
  })
}

/** A schema of lists of those types and nothing else. */
function onlyListsOf(schema: GraphQLSchema, lasting: ReadonlySet<string>): GraphQLSchema {
  const fields = [...lasting].map((name) => {
    const type = schema.getType(name)
    if (!isObjectType(type)) throw new Error(`${name} is not a type of objects.`)
    return [name, { type: new GraphQLList(new GraphQLNonNull(type)) }] as const
  })
  return new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Lists', fields: Object.fromEntries(fields) }),
  })
}

function isListOf(type: GraphQLOutputType, names: ReadonlySet<string>): boolean {
  return isListType(getNullableType(type)) && names.has(getNamedType(type).name)
}

function listsIn(
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

const fragmentsOf = ({ definitions }: DocumentNode) =>
  definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)

function hasDirectives(document: DocumentNode): boolean {
  let found = false
  visit(document, {
    Directive() {
      found = true
      return BREAK
    },
  })
  return found
}

function mapped<A, B>(tree: Tree<A>, map: (leaf: A) => B): Tree<B> {
  return new Map([...tree].map(([name, one]) => [name, one instanceof Map ? mapped(one, map) : map(one)]))
}

/** JSON of data in which some lists are pieces. */
function joined(
  data: unknown,
  pieces: Tree<Piece> | Piece,
  tell: (piece: Piece, list: Opaque[]) => string,
): string {
  if (data === null || data === undefined) return 'null'
  if (!(pieces instanceof Map)) return tell(pieces, data as Opaque[])
  if (Array.isArray(data)) return `[${data.map((one) => joined(one, pieces, tell)).join(',')}]`
  const members = Object.entries(data).map(([name, value]) => {
    const further = pieces.get(name)
    return `${JSON.stringify(name)}:${further ? joined(value, further, tell) : JSON.stringify(value)}`
  })
  return `{${members.join(',')}}`
}
