/** A queue: one after another, in the order of arrival. */

export interface Turns {
  /**
   * Runs the task when everybody who came before has been served.
   * @throws the signal's reason at once, when it is aborted before the turn comes; others keep their places
   */
  inTurn<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T>
}

export function createTurns(): Turns {
  /** Resolves when everybody who is in the queue now has been served, or has left. */
  let last: Promise<void> = Promise.resolve()

  return {
    async inTurn(task, signal) {
      signal.throwIfAborted()
      const turn = last
      let leave = () => {}
      const left = new Promise<void>((resolve) => (leave = resolve))
      last = turn.then(() => left)
      try {
        await orAborted(turn, signal)
        return await task()
      } finally {
        leave()
      }
    },
  }
}

async function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  let stop = () => {}
  const aborted = new Promise<void>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
