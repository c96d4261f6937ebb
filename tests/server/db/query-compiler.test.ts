import { describe, expect, test, vi } from 'vitest'
import { compilerKnowing, connectionOf } from '../../../server/src/db/query-compiler.ts'

type QueryCompilerClass = ReturnType<typeof compilerKnowing>
type Plan = ReturnType<InstanceType<QueryCompilerClass>['compile']>

const options: ConstructorParameters<QueryCompilerClass>[0] = {
  datamodel: 'the models',
  provider: 'postgres',
  connectionInfo: { supportsRelationJoins: true },
}
const known = 'a plan of the bundle' as unknown as Plan

/** A compiler like Prisma's, that counts. */
function prisma() {
  const free = vi.fn()
  const made = vi.fn()
  class Compiler {
    constructor(given: typeof options) {
      made(given)
    }
    compile = (query: string) => `compiled ${query}` as unknown as Plan
    compileBatch = () => ({ type: 'multi' as const, plans: [] })
    free = free
  }
  return { load: vi.fn(() => Compiler as unknown as QueryCompilerClass), made, free }
}

const plansFor = (given = options) => ({ connection: connectionOf(given), plans: { known } })

describe('a compiler that knows plans', () => {
  test('answers a query that it knows without Prisma’s', () => {
    const { load } = prisma()
    const compiler = new (compilerKnowing(plansFor(), load))(options)
    expect(compiler.compile('known')).toBe(known)
    expect(load).not.toHaveBeenCalled()
    compiler.free()
  })

  test('has Prisma’s for all others, one and the same', () => {
    const { load, made, free } = prisma()
    const compiler = new (compilerKnowing(plansFor(), load))(options)
    expect(compiler.compile('unknown')).toBe('compiled unknown')
    expect(compiler.compile('__proto__')).toBe('compiled __proto__')
    expect(compiler.compileBatch('[]')).toEqual({ type: 'multi', plans: [] })
    expect(made.mock.calls).toEqual([[options]])
    compiler.free()
    expect(free).toHaveBeenCalledTimes(1)
  })

  test('does not take plans that were made for another kind of connection', () => {
    const other = { ...options, connectionInfo: { supportsRelationJoins: false } }
    const compiler = new (compilerKnowing(plansFor(other), prisma().load))(options)
    expect(compiler.compile('known')).toBe('compiled known')
    compiler.free()
  })

  test('loads Prisma’s two seconds later, unless it is given back before', () => {
    vi.useFakeTimers()
    try {
      const { load } = prisma()
      const Compiler = compilerKnowing(null, load)
      new Compiler(options).free()
      vi.advanceTimersByTime(4_000)
      expect(load).not.toHaveBeenCalled()
      const compiler = new Compiler(options)
      vi.advanceTimersByTime(2_000)
      expect(load).toHaveBeenCalledTimes(1)
      compiler.free()
    } finally {
      vi.useRealTimers()
    }
  })
})
