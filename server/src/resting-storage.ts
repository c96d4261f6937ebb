/**
 * Before Node 24, every `AsyncLocalStorage` that was ever used makes each promise and each callback of the process
 * dearer, for good: measured, a quarter of an answer from bytes. Here they rest once nothing has run in them for a while.
 */
import { AsyncLocalStorage } from 'node:async_hooks'

/** The first whose storages cost nothing. */
const FREE_SINCE = 24

/** Long enough that what a request has begun, and goes on by itself (a scan), is under way when the next thing runs. */
const QUIET_MS = 1_000

/**
 * For all storages of the process, our packages' too. What it changes: work that goes on by itself, a second after
 * anything ran in the storage, finds it empty.
 */
export function letStoragesRest(): void {
  if (Number.parseInt(process.versions.node) < FREE_SINCE) letRest(AsyncLocalStorage)
}

/** @param Storage the class, or a subclass; changed in place */
export function letRest(Storage: typeof AsyncLocalStorage, quietMs = QUIET_MS): void {
  const { run, enterWith } = Storage.prototype
  /** How many there are under way; Infinity for a storage that was entered, which nobody leaves. */
  const runs = new WeakMap<AsyncLocalStorage<unknown>, number>()
  const runsOf = (storage: AsyncLocalStorage<unknown>) => runs.get(storage) ?? 0

  const timers = new WeakMap<AsyncLocalStorage<unknown>, NodeJS.Timeout>()

  function ended(storage: AsyncLocalStorage<unknown>): void {
    runs.set(storage, runsOf(storage) - 1)
    if (runsOf(storage) > 0) return
    const rest = () => {
      if (runsOf(storage) === 0) storage.disable()
    }
    const timer = timers.get(storage)?.refresh() ?? setTimeout(rest, quietMs).unref()
    timers.set(storage, timer)
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
