/**
 * Answers made of pieces. Objects of some types never change, and what is told of one depends on nothing else: its text,
 * for one selection, is written once. So an answer after a change costs what has changed, not what is in it.
 */
import { MapperKind, mapSchema } from '@graphql-tools/utils'
import {
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  Kind,
  OperationTypeNode,
  getOperationAST,
  isObjectType,
  type DocumentNode,
} from 'graphql'
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit'
import { fragmentsOf, hasDirectives, isListOf, listsIn, type AskedList, type Tree } from './asked-lists.ts'

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
    /** Null when the operation has no such lists, says under conditions what it asks for, or cannot be compiled. */
    compile(document: DocumentNode, operationName: string): InPieces | null {
      const operation = getOperationAST(document, operationName === '' ? null : operationName)
      const root = schema.getQueryType()
      if (operation?.operation !== OperationTypeNode.QUERY || !root || hasDirectives(document)) return null
      const found = listsIn(root, operation.selectionSet.selections, document, lasting)
      const skeleton = compileQuery(skeletons, document, operationName)
      if (found.size === 0 || !isCompiledQuery(skeleton)) return null
      const pieces = unlessItFails(() => mapped(found, (list) => compilePiece(lists, document, list)))
      if (pieces === null) return null
      return { query: skeleton.query, textOf: (data) => unlessItFails(() => joined(data, pieces, tell)) }
    },
  }
}

/** Whatever is wrong with a piece is told, in its own words, by an execution of the whole. */
function unlessItFails<T>(work: () => T): T | null {
  try {
    return work()
  } catch {
    return null
  }
}

/** What an execution of a piece answers. */
interface Told {
  data?: Record<string, unknown[] | null> | null
  errors?: unknown
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
