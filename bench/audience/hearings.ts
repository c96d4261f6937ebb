/** Who has heard what, and when: each result must come to each subscriber, in order, and once. */
import { now } from '../clock.ts'

interface Hearing {
  count: number
  /** Of each subscriber, in the order of arrival. */
  times: number[]
}

export interface Hearings {
  hear(subscriber: number, seq: number): void
  /** Resolves when so many have heard it, with when each of them has. Asked once, one after the other. */
  heardBy(seq: number, count: number): Promise<number[]>
  /** Of this one: the last that it has heard, and how many it was not told. */
  of(subscriber: number): { seq: number; missed: number }
  /** Of all: results that were not told, and that came twice or too late. */
  faults(): { missed: number; repeated: number }
}

export function createHearings(subscribers: number): Hearings {
  const hearings = new Map<number, Hearing>()
  const last = new Float64Array(subscribers)
  const missed = new Uint32Array(subscribers)
  let repeated = 0
  let awaited: { seq: number; count: number; resolve: () => void } | null = null

  function hearingOf(seq: number): Hearing {
    const hearing = hearings.get(seq) ?? { count: 0, times: [] }
    hearings.set(seq, hearing)
    return hearing
  }

  return {
    hear(subscriber, seq) {
      const before = last[subscriber] ?? 0
      if (seq <= before) repeated += 1
      else {
        if (before > 0) missed[subscriber] = (missed[subscriber] ?? 0) + seq - before - 1
        last[subscriber] = seq
      }
      const hearing = hearingOf(seq)
      hearing.count += 1
      hearing.times.push(now())
      if (awaited?.seq === seq && hearing.count >= awaited.count) {
        awaited.resolve()
        awaited = null
      }
    },
    async heardBy(seq, count) {
      const hearing = hearingOf(seq)
      if (hearing.count < count) await new Promise<void>((resolve) => (awaited = { seq, count, resolve }))
      hearings.delete(seq)
      return hearing.times
    },
    of: (subscriber) => ({ seq: last[subscriber] ?? 0, missed: missed[subscriber] ?? 0 }),
    faults: () => ({ missed: missed.reduce((sum, count) => sum + count, 0), repeated }),
  }
}
