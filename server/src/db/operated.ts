/** A Prisma client whose operations somebody else carries out: later, or under a guard. */
import type { PrismaClient } from './generated/client.ts'

/** Something that is asked of a client: an operation on a model, a raw query, a whole transaction. */
export type Operation = (client: PrismaClient) => PromiseLike<unknown>

/**
 * Looks like a client. What is asked of it goes to `perform`, and what that returns is the answer. Operations inside a
 * transaction are part of it. (Transactions of a list of operations are not to be had: those here are functions.)
 */
export function operatedBy(perform: (operation: Operation) => Promise<unknown>): PrismaClient {
  type Call = (...args: unknown[]) => unknown
  const method = (of: (client: PrismaClient) => object, name: string): Call => {
    return (...args) =>
      perform((client) => {
        const target = of(client) as Record<string, (...args: unknown[]) => PromiseLike<unknown>>
        const call = target[name]
        if (call === undefined) throw new TypeError(`Prisma has no ${name}.`)
        return call.apply(target, args)
      })
  }
  const model = (name: string) =>
    byName((operation) => method((client) => client[name as keyof PrismaClient] as object, operation))
  const extended = (extension: object) =>
    operatedBy((operation) => perform((client) => operation(client.$extends(extension) as PrismaClient)))
  return byName((name) => {
    if (name === '$extends') return extended
    return name.startsWith('$') ? method((client) => client, name) : model(name)
  }) as PrismaClient
}

/** An object with something under every name, made when it is first asked for. */
function byName(make: (name: string) => unknown): object {
  return new Proxy(Object.create(null) as Record<string, unknown>, {
    get(made, name) {
      // Whoever awaits one asks whether it is a promise.
      if (typeof name === 'symbol' || name === 'then') return undefined
      return (made[name] ??= make(name))
    },
  })
}
