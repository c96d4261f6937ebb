/** Several requests at a time, but not all. */

/**
 * The results in the order of the items. The first failure ends the others, and is thrown.
 * @param work is given a signal that is aborted with the caller's, and when another piece of work has failed
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  signal: AbortSignal,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
): Promise<Result[]> {
  const failure = new AbortController()
  const either = AbortSignal.any([signal, failure.signal])
  const results: Result[] = []
  const queue = items.entries()

  async function worker(): Promise<void> {
    // One iterator for all: each takes what the others have left.
    for (const [place, item] of queue) results[place] = await work(item, either)
  }

  const workers = Array.from({ length: Math.min(atOnce, items.length) }, worker)
  try {
    await Promise.all(workers)
  } catch (error) {
    failure.abort(error)
    await Promise.allSettled(workers)
    throw error
  }
  return results
}
