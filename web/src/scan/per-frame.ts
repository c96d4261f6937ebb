/** A page in the background has no frames, and is served from time to time. */
const backgroundMs = 250

export interface PerFrame<T> {
  add(item: T): void
  /** What has not been handed over yet is dropped. */
  stop(): void
}

/** Hands over the first item at once, and what gathers behind it, in order, once per frame: more often, nobody could see it. */
export function perFrame<T>(handOver: (items: T[]) => void): PerFrame<T> {
  /** Null between frames in which nothing came. */
  let gathered: T[] | null = null
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function wait() {
    gathered = []
    frame = requestAnimationFrame(flush)
    timer = setTimeout(flush, backgroundMs)
  }

  function stop() {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    gathered = null
  }

  function flush() {
    const items = gathered ?? []
    stop()
    if (items.length === 0) return
    wait()
    handOver(items)
  }

  return {
    add(item) {
      if (gathered !== null) return void gathered.push(item)
      wait()
      handOver([item])
    },
    stop,
  }
}
