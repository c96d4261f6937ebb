/** A page in the background has no frames, and is served from time to time. */
const backgroundMs = 250

export interface PerFrame<T> {
  add(item: T): void
  /** What has not been handed over yet is dropped. */
  stop(): void
}

/** Hands over what has gathered, in order, once per frame: more often, nobody could see it. */
export function perFrame<T>(handOver: (items: T[]) => void): PerFrame<T> {
  let gathered: T[] = []
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function cancel() {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }

  function flush() {
    cancel()
    const items = gathered
    gathered = []
    handOver(items)
  }

  return {
    add(item) {
      gathered.push(item)
      if (gathered.length > 1) return
      frame = requestAnimationFrame(flush)
      timer = setTimeout(flush, backgroundMs)
    },
    stop() {
      cancel()
      gathered = []
    },
  }
}
