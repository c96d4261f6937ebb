import { useState } from 'react'

/** One attempt at a time, and what went wrong with the last. */
export function useSubmit() {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const submit = (work: () => Promise<void>) => {
    setBusy(true)
    setProblem(null)
    work()
      .catch((error: unknown) => setProblem(error instanceof Error ? error.message : 'That did not work.'))
      .finally(() => setBusy(false))
  }
  return { busy, problem, submit }
}

/** Leaves the page for another. Never over, so that a form stays busy until it is gone. */
export function leaveFor(path: string): Promise<never> {
  location.assign(path)
  return new Promise(() => {})
}
