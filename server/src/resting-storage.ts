/**
 * Before Node 24, every `AsyncLocalStorage` that was ever used makes each promise and each callback of the process
 * dearer, for good: measured, a quarter of an answer from bytes. Here they rest while nothing runs in them.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

/** The first whose storages cost nothing. */
const FREE_SINCE = 24

/**
 * For all storages of the process, our packages' too. What it changes: work that goes on after the promise of its `run`
 * was settled may find the storage empty.
 */
export function letStoragesRest(): void {
  if (Number.parseInt(process.versions.node) < FREE_SINCE) letRest(AsyncLocalStorage)
}

/** @param Storage the class, or a subclass; changed in place */
export function letRest(Storage: typeof AsyncLocalStorage): void {
  const { run, enterWith } = Storage.prototype
  /** How many there are under way; Infinity for a storage that was entered, which nobody leaves. */
  const runs = new WeakMap<AsyncLocalStorage<unknown>, number>()
  const runsOf = (storage: AsyncLocalStorage<unknown>) => runs.get(storage) ?? 0

  function ended(storage: AsyncLocalStorage<unknown>): void {
    runs.set(storage, runsOf(storage) - 1)
    if (runsOf(storage) === 0) storage.disable()
  }

  Storage.prototype.run = function (this: AsyncLocalStorage<unknown>, ...given: Parameters<typeof run>) {
    const end = () => ended(this)
    runs.set(this, runsOf(this) + 1)
    try {
      const result: unknown = run.apply(this, given)
      if (isThenable(result)) result.then(end, end)
      else end()
      return result
    } catch (error) {
      end()
      throw error
    }
  } as typeof run

  Storage.prototype.enterWith = function (this: AsyncLocalStorage<unknown>, store: unknown) {
    runs.set(this, Infinity)
    enterWith.call(this, store)
  }
}

const isThenable = (result: unknown): result is PromiseLike<unknown> =>
  typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function'
