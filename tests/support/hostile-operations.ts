/** Operations that the schema allows, with arguments that nobody expects: every field of the API, by its own types. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  buildSchema,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql'
import { fill, number, pick, upTo, word, type Draw } from './hostile-words.ts'

const schema = buildSchema(
  readFileSync(fileURLToPath(new URL('../../schema.graphql', import.meta.url)), 'utf8'),
)

const operations = (['query', 'mutation'] as const).flatMap((type) => {
  const root = type === 'query' ? schema.getQueryType() : schema.getMutationType()
  return Object.values(root?.getFields() ?? {}).map((field) => ({ type, field }))
})

export interface Operation {
  query: string
  variables: Record<string, unknown>
}

export function hostileOperation(draw: Draw): Operation {
  const { type, field } = pick(draw, operations)
  const declared = field.args.map(({ name, type }) => `$${name}: ${String(type)}`)
  const passed = field.args.map(({ name }) => `${name}: $${name}`)
  const variables = field.args.map(({ name, type }) => [name, argument(draw, type)])
  return {
    query: `${type}${inBrackets(declared)} { ${field.name}${inBrackets(passed)} ${selection(field)} }`,
    variables: Object.fromEntries(variables) as Record<string, unknown>,
  }
}

const inBrackets = (list: string[]) => (list.length === 0 ? '' : `(${list.join(', ')})`)
const selection = ({ type }: GraphQLField<unknown, unknown>) =>
  isCompositeType(getNamedType(type)) ? '{ __typename }' : ''

/** What the type allows, nearly always. */
function argument(draw: Draw, type: GraphQLInputType): unknown {
  if (draw() < 0.03) return word(draw)
  if (isNonNullType(type)) return argument(draw, type.ofType)
  if (draw() < 0.15) return null
  if (isListType(type)) return fill(upTo(draw, draw() < 0.1 ? 1_200 : 5), () => argument(draw, type.ofType))
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields())
    return Object.fromEntries(
      fields
        .filter(({ type }) => isNonNullType(type) || draw() < 0.5)
        .map((field) => [field.name, argument(draw, field.type)]),
    )
  }
  if (isEnumType(type)) return pick(draw, type.getValues()).name
  if (type.name === 'Int') return Math.trunc(number(draw))
  if (type.name === 'Float') return number(draw)
  if (type.name === 'Boolean') return draw() < 0.5
  return word(draw)
}
