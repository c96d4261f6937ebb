/** Answers made of pieces are the same, to the letter, and a piece that has not changed is not told again. */
import {
  buildSchema,
  execute,
  getNamedType,
  isObjectType,
  parse,
  validate,
  type GraphQLObjectType,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { lastingTypes } from '../../../server/src/graphql/compiler.ts'
import { createPieces } from '../../../server/src/graphql/pieces.ts'
import { schema } from '../../../server/src/graphql/schema.ts'
import { viewTickers } from '../../../server/src/scan/view.ts'
import { outcome, row, stock } from '../../support/fakes.ts'

const shop = buildSchema(`
  type Query { shop: Shop, shops: [Shop!]!, count: Int }
  type Shop { name: String!, boxes: [Box!]!, more: [Box], none: [Box!], box: Box }
  type Box { id: ID!, size: Size, inner: [Box!] }
  type Size { width: Float!, broken: Int! }
`)

/** Counts how often it is looked at. */
const box = (id: string, more: object = {}) => {
  const looked = { times: 0 }
  const one = {
    get id() {
      looked.times += 1
      return id
    },
    size: { width: 1.5, broken: 1 },
    inner: [],
    ...more,
  }
  return { one, looked }
}
const [a, b, c] = [box('a'), box('b "quoted"\u2028'), box('c', { size: null })]
const shopOf = (...boxes: object[]) => ({
  name: 'Corner',
  boxes,
  more: [...boxes, null],
  none: null,
  box: a.one,
})

async function told(pieces: ReturnType<typeof createPieces>, text: string, rootValue: object) {
  const document = parse(text)
  expect(validate(shop, document)).toEqual([])
  const compiled = pieces.compile(document, '')
  if (compiled === null) return null
  const { data } = await compiled.query(rootValue, undefined, {})
  return compiled.textOf(data)
}

describe('an answer in pieces', () => {
  const pieces = createPieces(shop, new Set(['Box']))
  const one = shopOf(a.one, b.one, c.one)

  test.each([
    '{ shop { name boxes { id size { width } } } }',
    '{ shop { none { id } boxes { __typename inner { id } } box { id } } count }',
    '{ again: shop { first: boxes { name: id } boxes { id } } shop { name } }',
    '{ shop { boxes { id } boxes { size { width } } ...More } shop { boxes { inner { id } } } } fragment More on Shop { boxes { ...Width } ... { boxes { wide: size { width } } } } fragment Width on Box { size { w: width } }',
    '{ shops { name boxes { id } } }',
    '{ shops { boxes { id } } none: shop { none { id } } }',
  ])('is the same text: %s', async (text) => {
    const rootValue = { shop: one, shops: [one, shopOf()], count: 3 }
    const { data } = await execute({ schema: shop, document: parse(text), rootValue })
    expect(await told(pieces, text, rootValue)).toBe(JSON.stringify(data))
  })

  test('tells only what it has not told before', async () => {
    const compiled = pieces.compile(parse('{ shop { boxes { id } } }'), '')
    const ask = async (...boxes: ReturnType<typeof box>[]) => {
      for (const { looked } of boxes) looked.times = 0
      const rootValue = { shop: shopOf(...boxes.map(({ one }) => one)) }
      const { data } = (await compiled?.query(rootValue, undefined, {})) ?? {}
      const text = compiled?.textOf(data)
      const looks = boxes.map(({ looked }) => looked.times)
      return { looks, ids: JSON.parse(text ?? '').shop.boxes.map(({ id }: { id: string }) => id) as string[] }
    }
    expect(await ask(a, b)).toEqual({ looks: [1, 1], ids: ['a', 'b "quoted"\u2028'] })
    expect(await ask(b, a, c)).toEqual({ looks: [0, 0, 1], ids: ['b "quoted"\u2028', 'a', 'c'] })
    expect(await ask(c)).toEqual({ looks: [0], ids: ['c'] })
  })

  test.each([
    ['has no such list', '{ shop { name box { id } } count }'],
    ['says under conditions what it asks for', '{ shop { boxes { id @skip(if: false) } } }'],
  ])('there is none when the operation %s', async (_why, text) => {
    expect(await told(pieces, text, { shop: one })).toBeNull()
  })

  test('is made as a whole when a piece cannot be told', async () => {
    const broken = box('broken', { size: { width: 1, broken: 'x' } })
    expect(
      await told(pieces, '{ shop { boxes { size { broken } } } }', { shop: shopOf(a.one, broken.one) }),
    ).toBeNull()
    // A list of nulls is no list of pieces.
    expect(await told(pieces, '{ shop { more { id } } }', { shop: one })).toBeNull()
  })

  test('forgets the operations that were asked longest ago', async () => {
    // A text here has ten characters.
    const few = createPieces(shop, new Set(['Box']), 165)
    const asked = Array.from({ length: 17 }, (_, n) =>
      few.compile(parse(`{ shop { n${n}: boxes { id } } }`), ''),
    )
    const looks = async (n: number) => {
      a.looked.times = 0
      const { data } = (await asked[n]?.query({ shop: shopOf(a.one) }, undefined, {})) ?? {}
      asked[n]?.textOf(data)
      return a.looked.times
    }
    for (let n = 0; n < 17; n += 1) expect(await looks(n)).toBe(1)
    expect(await looks(16)).toBe(0)
    expect(await looks(0)).toBe(1)
  })
})

describe('the types that last', () => {
  const reached = (type: GraphQLObjectType, all = new Set<GraphQLObjectType>()) => {
    if (all.has(type)) return all
    all.add(type)
    for (const field of Object.values(type.getFields())) {
      const inner = getNamedType(field.type)
      if (isObjectType(inner)) reached(inner, all)
    }
    return all
  }
  const typeOf = (name: string) => {
    const type = schema.getType(name)
    if (!isObjectType(type)) throw new Error(`${name} is no type of objects.`)
    return type
  }
  const everythingOf = (type: GraphQLObjectType): string =>
    Object.values(type.getFields())
      .map(({ name, type: inner }) => {
        const named = getNamedType(inner)
        return isObjectType(named) ? `${name} { ${everythingOf(named)} }` : name
      })
      .join(' ')

  test.each([...lastingTypes])('%s has no arguments anywhere', (name) => {
    const fields = [...reached(typeOf(name))].flatMap((type) => Object.values(type.getFields()))
    expect(fields.filter(({ args }) => args.length > 0)).toEqual([])
  })

  test('all of their fields are told without looking at who asks', async () => {
    const tickers = viewTickers([row('AAPL'), row('XYZ')], [stock('AAPL')], [row('AAPL').source])
    const outcomes = [outcome('AAPL'), outcome('XYZ', { message: 'The provider did not answer.' })]
    const all = (name: string) => everythingOf(typeOf(name))
    const text = `{ scanResults { tickers { ${all('TickerOptions')} } outcomes { ${all('TickerOutcome')} } } }`
    const contextValue = {
      viewer: { role: 'VIEWER', scopes: new Set(['READ']), credential: { kind: 'SESSION' } },
      clock: { now: () => 0 },
      ticket: null,
      resultsLifetimeMs: 1,
      scanner: { results: async () => ({ degraded: true, tickers, outcomes }) },
    }
    const document = parse(text)
    const { data, errors } = await execute({ schema, document, contextValue })
    expect(errors).toBeUndefined()
    const compiled = createPieces(schema, lastingTypes).compile(document, '')
    const skeleton = await compiled?.query(undefined, contextValue, {})
    expect(compiled?.textOf(skeleton?.data)).toBe(JSON.stringify(data))
  })
})
