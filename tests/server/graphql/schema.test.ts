/** What holds for the whole schema, whatever is added to it. */
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
  isUnionType,
  type GraphQLNamedType,
} from 'graphql'
import { expect, test } from 'vitest'
import { schema } from '../../../server/src/graphql/schema.ts'

const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'))

interface Part {
  name: string
  description?: string | null | undefined
}

/** Everything that can have a description. */
function partsOf(type: GraphQLNamedType): Part[] {
  const inside = (parts: readonly Part[], name = type.name) =>
    parts.map((part) => ({ name: `${name}.${part.name}`, description: part.description }))
  if (isEnumType(type)) return [type, ...inside(type.getValues())]
  if (isInputObjectType(type)) return [type, ...inside(Object.values(type.getFields()))]
  if (!isObjectType(type)) return [type]
  const fields = Object.values(type.getFields())
  const args = fields.flatMap((field) => inside(field.args, `${type.name}.${field.name}`))
  return [type, ...inside(fields), ...args]
}

test('every type, field, argument, input field and enum value says what it is', () => {
  const silent = types.flatMap(partsOf).filter(({ description }) => !description?.trim())
  expect(silent.map(({ name }) => name)).toEqual([])
})

test('every field that may be null says when', () => {
  const nullable = types
    .filter((type) => isObjectType(type))
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => !isNonNullType(field.type))
        .map(({ name, description }) => ({ name: `${type.name}.${name}`, description })),
    )
  expect(nullable.length).toBeGreaterThan(20)
  const silent = nullable.filter(({ description }) => !/\bnull\b/i.test(description ?? ''))
  expect(silent.map(({ name }) => name)).toEqual([])
})

/** The fields of the roots from which a type can be reached, by whatever nesting. */
function waysTo(wanted: string): string[] {
  const leadsThere = (type: GraphQLNamedType, passed: Set<string>): boolean => {
    if (type.name === wanted) return true
    if (passed.has(type.name)) return false
    passed.add(type.name)
    if (isUnionType(type)) return type.getTypes().some((one) => leadsThere(one, passed))
    if (!isObjectType(type)) return false
    return Object.values(type.getFields()).some((field) => leadsThere(getNamedType(field.type), passed))
  }
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  return roots.flatMap((root) =>
    Object.values(root?.getFields() ?? {})
      .filter((field) => leadsThere(getNamedType(field.type), new Set()))
      .map(({ name }) => name)
      .toSorted(),
  )
}

/** Who may use these fields is in access.test.ts. */
test.each([
  ['User', ['viewer', 'changePassword']],
  ['Credential', ['viewer', 'changePassword']],
  ['BrowserSession', ['sessions', 'endSession']],
  ['ApiToken', ['apiTokens', 'createApiToken', 'revokeApiToken']],
  ['Person', ['people', 'changeRole', 'disablePerson', 'enablePerson']],
  ['PasswordResetLink', ['createPasswordResetLink']],
  ['Invitation', ['invitations', 'invite', 'revokeInvitation']],
  ['AuditEntry', ['auditEntries']],
  ['ScanRun', ['scanRuns']],
  ['PersonName', ['auditEntries', 'invitations', 'scanRuns', 'invite', 'revokeInvitation']],
])('%s, which belongs to a person, is reached by no other field than these', (type, fields) => {
  expect(waysTo(type)).toEqual(fields)
})
