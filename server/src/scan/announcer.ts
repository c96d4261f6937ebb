/** Changes that people make are announced; those that cannot be now, because the cache is away, as soon as it is back. */
import { CacheUnavailable } from './errors.ts'
import type { Log } from './ports.ts'

const AGAIN_MS = 1_000

/**
 * @param announce of all symbols that are waiting to be announced; of criteria there are none
 * @returns resolves after the first try, and never rejects: the change itself was made
 */
export function createAnnouncer(
  announce: (symbols: string[]) => Promise<unknown>,
  log: Log,
  againMs = AGAIN_MS,
): (symbols: string[]) => Promise<void> {
  let due: Set<string> | null = null
  let timer: NodeJS.Timeout | undefined

  async function announceDue(): Promise<void> {
    const symbols = due
    if (symbols === null) return
    due = null
    try {
      await announce([...symbols])
    } catch (error) {
      if (!(error instanceof CacheUnavailable))
        return log.error({ err: error }, 'A change could not be announced.')
      due = new Set([...symbols, ...(due ?? [])])
      timer ??= setTimeout(() => {
        timer = undefined
        void announceDue()
      }, againMs).unref()
    }
  }

  return (symbols) => {
    due = new Set([...(due ?? []), ...symbols])
    return announceDue()
  }
}
