import { useSyncExternalStore } from 'react'

/** The time, in milliseconds since 1970, in steps of `everyMs`. */
export function useNow(everyMs: number): number {
  return useSyncExternalStore(
    (listener) => {
      const timer = setInterval(listener, everyMs)
      return () => clearInterval(timer)
    },
    () => Math.floor(Date.now() / everyMs) * everyMs,
  )
}
