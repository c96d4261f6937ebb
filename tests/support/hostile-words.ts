/** Texts, numbers and documents that have broken other servers. */

export type Draw = () => number

export const pick = <T>(draw: Draw, list: readonly T[]): T => list[Math.floor(draw() * list.length)] as T
export const upTo = (draw: Draw, most: number) => Math.floor(draw() * (most + 1))
export const fill = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

const prototypeNames = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__defineGetter__',
]

export function word(draw: Draw): string {
  return pick<() => string>(draw, [
    () => '',
    () => '\u0000',
    () => `a\u0000b`,
    () => pick(draw, prototypeNames),
    () => 'x'.repeat(upTo(draw, 20_000)),
    () => '\ud800',
    () => '\u202e\u200b\ufeff𝒳🧨',
    () => `'; DROP TABLE stocks; --`,
    () => '{{7*7}}${7*7}<script>alert(1)</script>',
    () => '../../../../etc/passwd',
    () => '\r\nSet-Cookie: a=b\r\n\r\n',
    () => 'NaN',
    () => '-0',
    () => 'AAPL',
    () => Buffer.from(JSON.stringify({ at: 'never', id: '\u0000' })).toString('base64url'),
    () => Buffer.from(fill(12, () => upTo(draw, 255))).toString('latin1'),
  ])()
}

export const number = (draw: Draw) =>
  pick(draw, [
    0,
    -0,
    -1,
    1,
    3,
    0.5,
    100,
    101,
    2 ** 31 - 1,
    -(2 ** 31),
    2 ** 31,
    2 ** 53,
    1e308,
    -1e308,
    5e-324,
  ])

/** Any JSON. */
export function value(draw: Draw, depth = 0): unknown {
  return pick<() => unknown>(draw, [
    () => null,
    () => draw() < 0.5,
    () => number(draw),
    () => word(draw),
    () => (depth > 3 ? [] : fill(upTo(draw, 5), () => value(draw, depth + 1))),
    () =>
      depth > 3 ? {} : Object.fromEntries(fill(upTo(draw, 4), () => [word(draw), value(draw, depth + 1)])),
  ])()
}

/** Documents that are too much, or nothing. */
export function document(draw: Draw): string {
  const many = 1 + upTo(draw, 3_000)
  return pick<() => string>(draw, [
    () => '{'.repeat(many),
    () => `{ ${'a{'.repeat(many)}`,
    () => `{ ${'viewer { '.repeat(many)}id${' }'.repeat(many)} }`,
    () => `{ scanResults(filter: ${'['.repeat(many)}${']'.repeat(many)}) { lastRun } }`,
    () => `query($a: ${'['.repeat(many)}Int${']'.repeat(many)}) { viewer { id } }`,
    () => `{ ${fill(many, (n) => `a${n}: scanResults { lastRun }`).join(' ')} }`,
    () => `{ ${'scanResults { lastRun } '.repeat(many)} }`,
    () => `{ viewer { id ${'@include(if: true) '.repeat(many)} } }`,
    () => `{ viewer { id @${'a'.repeat(many)} } }`,
    () => `{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }`,
    () => `{ ...F0 } ${fill(many, (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`).join(' ')}`,
    () => `{ __schema { types { ${'fields { type { '.repeat(10)} name ${'} }'.repeat(10)} } } }`,
    () => `{ __schema { types { ${'ofType { '.repeat(many)}`,
    () => `{ __proto__: __typename constructor: __typename toString: __typename }`,
    () => `query __proto__ { __typename } query constructor { viewer { __proto__ } }`,
    () => `# ${'x'.repeat(many * 10)}\n{ viewer { id } }`,
    () => `{ explain(contractId: """${'"'.repeat(upTo(draw, 4))}${'\\u0000'.repeat(many)}""") { key } }`,
    () => `{ explain(contractId: "${'\\uD800'.repeat(many)}") { key } }`,
    () => `{ scanRuns(first: ${'9'.repeat(many)}) { edges { cursor } } }`,
    () => `{ scanRuns(first: 1e${many}) { edges { cursor } } }`,
    () => `subscription { scanStatus { seq } a: scanStatus { seq } }`,
    () => `mutation { ${fill(100, (n) => `a${n}: startScan { __typename }`).join(' ')} }`,
    () => `schema { query: Query } type Query { a: Int }`,
    () => `{ viewer { id } } ${'\u0000'.repeat(many)}`,
    () => `${'\ufeff'.repeat(many)}{ viewer { id } }`,
    () => `{ viewer { ${word(draw)} } }`,
    () => word(draw),
    () => '',
  ])()
}

/** Bodies that are no request, or hardly. */
export function body(draw: Draw): string | Buffer {
  const many = 1 + upTo(draw, 120_000)
  const good = JSON.stringify({ query: '{ viewer { id } }' })
  return pick<() => string | Buffer>(draw, [
    () => good.slice(0, upTo(draw, good.length)),
    () => `${good}${pick(draw, ['}', ',', good, '\u0000'])}`,
    () => '['.repeat(many),
    () => '{"a":'.repeat(Math.ceil(many / 4)),
    () => `{"query":${'['.repeat(many)}${']'.repeat(many)}}`,
    () => `{"query":"{ viewer { id } }","variables":${'{"a":'.repeat(many / 6)}1${'}'.repeat(many / 6)}}`,
    () => `{"__proto__":{"query":"{ viewer { id } }"},"constructor":{"prototype":{"polluted":1}}}`,
    () =>
      `{"query":"{ viewer { id } }","variables":{"__proto__":{"polluted":true}},"__proto__":{"viewer":1}}`,
    () => `{'query':'{ viewer { id } }'}`,
    () => `{"query":"{ viewer { id } }","query":"{ scanResults { lastRun } }"}`,
    () => `{"query":NaN}`,
    () => `{"query":"\\ud800"}`,
    () => Buffer.from(fill(upTo(draw, 2_000), () => upTo(draw, 255))),
    () => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(good, 'utf16le')]),
    () => JSON.stringify(fill(upTo(draw, 50), () => JSON.parse(good) as object)),
    () => JSON.stringify(value(draw)),
    () => JSON.stringify({ query: value(draw), variables: value(draw), operationName: value(draw) }),
    () => JSON.stringify({ query: '{ viewer { id } }', variables: value(draw), extensions: value(draw) }),
    () =>
      JSON.stringify({ extensions: { persistedQuery: { version: number(draw), sha256Hash: value(draw) } } }),
    () => JSON.stringify({ query: document(draw) }),
    () => JSON.stringify({ query: document(draw), operationName: word(draw) }),
    () => 'query=%7Bviewer%7Bid%7D%7D',
    () => '',
  ])()
}
