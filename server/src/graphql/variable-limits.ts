/** How large the variables of an operation may be: lists are bounded, and so is how deep they nest. No NUL in texts. */
import type { GraphQLError } from 'graphql'
import type { Plugin } from '@envelop/core'
import { beforeExecution } from './before-execution.ts'
import { refusal } from './refusals.ts'

export const variableBounds = { listEntries: 1_000, depth: 20 }

export const limitedVariables = (): Plugin =>
  beforeExecution(({ variableValues }) => whatIsWrong(variableValues))

/** Not by recursion, which would go as deep as what it judges. */
function whatIsWrong(variables: unknown): GraphQLError | null {
  const { listEntries, depth: deepest } = variableBounds
  const waiting = [{ value: variables, depth: 0 }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, depth } = next
    if (typeof value === 'string' && hasNul(value)) return nulInText()
    if (typeof value !== 'object' || value === null) continue
    if (depth > deepest)
      return refusal({ code: 'TOO_DEEP', message: `Variables may nest ${deepest} levels at most.` })
    if (Array.isArray(value) && value.length > listEntries)
      return refusal({ code: 'LIST_TOO_LONG', message: `A list may have ${listEntries} entries at most.` })
    for (const inner of Object.values(value)) waiting.push({ value: inner, depth: depth + 1 })
  }
  return null
}

/** Postgres keeps no such text, and nobody means one. */
export const hasNul = (text: string) => text.includes('\0')

export const nulInText = () =>
  refusal({ code: 'BAD_INPUT', message: 'A text may not contain the character NUL.' })
