/** Long lists as Relay's connections: a page at a time, newest first. */
import type { ObjectRef } from '@pothos/core'
import type { Cursor, Page, PageRequest } from '../scan/page.ts'
import { BadInput } from '../scan/errors.ts'
import { builder } from './builder.ts'

type Types = typeof builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never

const LONGEST_PAGE = 100

interface Edge<T> {
  node: T
  cursor: string
}

interface PageInfo {
  hasNextPage: boolean
  startCursor: string | null
  endCursor: string | null
}

interface Connection<T> {
  edges: Edge<T>[]
  pageInfo: PageInfo
}

const PageInfoType = builder.objectRef<PageInfo>('PageInfo').implement({
  description: 'Where a page stands in its list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether there is more after this page.' }),
    hasPreviousPage: t.boolean({
      description: 'Always false: lists are read from the newest on.',
      resolve: () => false,
    }),
    startCursor: t.exposeString('startCursor', {
      nullable: true,
      description: 'Of the first entry; null on an empty page.',
    }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description: 'Of the last entry, to be given as `after`; null on an empty page.',
    }),
  }),
})

/** A connection type named after its node. */
export function connectionOf<T extends object>(name: string, node: ObjectRef<Types, T>) {
  const edge = builder.objectRef<Edge<T>>(`${name}Edge`).implement({
    description: `An entry of a \`${name}Connection\`.`,
    fields: (t) => ({
      node: t.field({
        type: node,
        description: 'The entry itself.',
        resolve: (one) => one.node as never,
      }),
      cursor: t.exposeString('cursor', { description: 'Opaque: where the entry stands in the list.' }),
    }),
  })
  return builder.objectRef<Connection<T>>(`${name}Connection`).implement({
    description: 'A page of a list, newest first.',
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        description: 'The entries of this page.',
        resolve: ({ edges }) => edges,
      }),
      pageInfo: t.field({
        type: PageInfoType,
        description: 'Whether and where it goes on.',
        resolve: ({ pageInfo }) => pageInfo,
      }),
    }),
  })
}

export const pageArgs = (defaultFirst: number) =>
  builder.args((t) => ({
    first: t.int({
      defaultValue: defaultFirst,
      description: `How many at most, 1 to ${LONGEST_PAGE}.`,
    }),
    after: t.string({ description: 'The `endCursor` of the page before; null begins with the newest.' }),
  }))

/** @throws BadInput */
export function pageRequest(
  { first, after }: { first?: number | null | undefined; after?: string | null | undefined },
  defaultFirst: number,
): PageRequest {
  const wanted = first ?? defaultFirst
  if (wanted < 1 || wanted > LONGEST_PAGE) throw new BadInput(`\`first\` must be 1 to ${LONGEST_PAGE}.`)
  return { first: wanted, after: after == null ? null : readCursor(after) }
}

export function connection<T>(
  { items, hasNextPage }: Page<T>,
  positionOf: (item: T) => Cursor,
): Connection<T> {
  const edges = items.map((node) => ({ node, cursor: writeCursor(positionOf(node)) }))
  return {
    edges,
    pageInfo: {
      hasNextPage,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  }
}

const writeCursor = ({ at, id }: Cursor) => Buffer.from(`${at.toISOString()} ${id}`).toString('base64url')

/** No other, so that the database is asked for nothing that it cannot know: no NUL, no day before Christ. */
const written = /^([1-9]\d{3}-\d\d-\d\dT[\d:.]{12}Z) ([\w-]+)$/

function readCursor(text: string): Cursor {
  const [, instant = '', id = ''] = written.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? []
  const at = new Date(instant)
  if (Number.isNaN(at.getTime())) throw new BadInput('`after` is no cursor of this list.')
  return { at, id }
}
