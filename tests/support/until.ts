/** Waits until the condition holds (an exception counts as "not yet"); fails after `withinMs` with the last reason. */
export async function until(condition: () => unknown, withinMs = 10_000): Promise<void> {
  const deadline = Date.now() + withinMs
  let reason: unknown
  for (;;) {
    try {
      if ((await condition()) === true) return
      reason = undefined
    } catch (error) {
      reason = error
    }
    if (Date.now() > deadline) throw new Error(`It did not happen within ${withinMs} ms`, { cause: reason })
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
