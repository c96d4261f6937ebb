/** When two operations are the same: schema, document, name, variables and rights, each in one canonical form. */
import { print, type DocumentNode, type ExecutionArgs } from 'graphql'

/** @returns null for an operation that is like no other: its variables have no canonical form */
export function operationKey(
  { schema, document, operationName, variableValues }: ExecutionArgs,
  rights: string,
): string | null {
  const variables = canonical(variableValues ?? {})
  if (variables === null) return null
  return JSON.stringify([numberOf(schema), rights, operationName ?? '', variables, textOf(document)])
}

/** JSON with sorted keys; null when a value is none that JSON could tell from others. */
export function canonical(value: unknown): string | null {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value)
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : null
  if (typeof value !== 'object') return null
  if (Array.isArray(value)) {
    const items = value.map(canonical)
    return items.includes(null) ? null : `[${items.join(',')}]`
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) return null
  const members: string[] = []
  for (const [name, member] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (member === undefined) continue
    const text = canonical(member)
    if (text === null) return null
    members.push(`${JSON.stringify(name)}:${text}`)
  }
  return `{${members.join(',')}}`
}

const texts = new WeakMap<DocumentNode, string>()

/** Printed once for each parsed document; servers that cache parsing have one for all who send the same text. */
function textOf(document: DocumentNode): string {
  const known = texts.get(document)
  if (known !== undefined) return known
  const text = print(document)
  texts.set(document, text)
  return text
}

const numbers = new WeakMap<object, number>()
let count = 0

function numberOf(schema: object): number {
  const known = numbers.get(schema)
  if (known !== undefined) return known
  numbers.set(schema, ++count)
  return count
}
