/** Subscribers that read too slowly: given nothing, looked at now and then, and after a while given up. */
import type { Subscriber } from './subscriber.ts'

export interface Laggards {
  add(subscriber: Subscriber): void
  size(): number
}

/** How often they are looked at. */
const LOOK_MS = 50

/**
 * @param patienceMs how long one may take to read what it has been given, counted in looks: time during which the
 * process itself stood still is nobody's fault
 */
export function createLaggards(patienceMs: number): Laggards {
  const laggards = new Set<Subscriber>()
  let looks: NodeJS.Timeout | null = null

  function look(): void {
    for (const subscriber of laggards) {
      const { operation } = subscriber
      const hasCaughtUp = subscriber.backlog() <= subscriber.limit() / 4
      subscriber.slowLooks += 1
      const isTooLate = subscriber.slowLooks * LOOK_MS > patienceMs
      if (operation !== null && !hasCaughtUp && !isTooLate) continue
      laggards.delete(subscriber)
      if (operation === null) continue
      if (hasCaughtUp) operation.join(subscriber)
      else {
        subscriber.leave()
        subscriber.giveUp()
      }
    }
    if (laggards.size > 0 || looks === null) return
    clearInterval(looks)
    looks = null
  }

  return {
    add(subscriber) {
      subscriber.slowLooks = 0
      laggards.add(subscriber)
      looks ??= setInterval(look, LOOK_MS).unref()
    },
    size: () => laggards.size,
  }
}
