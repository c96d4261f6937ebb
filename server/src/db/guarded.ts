/** A client whose every operation is under the watch's guard: whoever uses it meets an outage as `DatabaseAway`, soon. */
import type { PrismaClient } from './generated/client.ts'
import type { DatabaseWatch } from './watch.ts'

export function guarded(client: PrismaClient, watch: Pick<DatabaseWatch, 'guard'>): PrismaClient {
  const extended = client.$extends({
    query: { $allOperations: ({ args, query }) => watch.guard(() => query(args)) },
  }) as unknown as PrismaClient
  const transaction = extended.$transaction.bind(extended) as (...args: unknown[]) => Promise<unknown>
  // A transaction begins, ends and waits for its turn without an operation.
  return new Proxy(extended, {
    get: (target, name) =>
      name === '$transaction'
        ? (...args: unknown[]) => watch.guard(() => transaction(...args))
        : (Reflect.get(target, name, target) as unknown),
  })
}
