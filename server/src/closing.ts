/** Building things that stand on each other, so that whatever was opened is closed again, in reverse. */
import type { Log } from './scan/ports.ts'

/** Takes what is to be done at the end. */
export type OnClose = (step: () => Promise<void>) => void

/** @returns what `build` made, with a `close` that undoes it; when `build` fails, what it had opened is closed */
export async function closeable<T extends object>(
  log: Log,
  build: (onClose: OnClose) => Promise<T>,
): Promise<T & { close(): Promise<void> }> {
  const steps: (() => Promise<void>)[] = []
  const close = async () => {
    for (const step of steps.splice(0).toReversed()) {
      await step().catch((error: unknown) =>
        log.warn({ reason: String(error) }, 'Something did not close cleanly.'),
      )
    }
  }
  try {
    return { ...(await build((step) => void steps.push(step))), close }
  } catch (error) {
    await close()
    throw error
  }
}
