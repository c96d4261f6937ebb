/** Pings for every socket of a server: a part of them at a time, so that ten thousand cause no stir. */

export interface Beating {
  /** Called once in every round. */
  beat(): void
}

export interface Heartbeat {
  /** @returns the part that it is in, to be deleted from when it leaves */
  join(one: Beating): Set<Beating>
}

/** A round: a peer that has not answered by the next one is gone. */
const ROUND_MS = 12_000
const PARTS = 48

export function createHeartbeat(): Heartbeat {
  const parts = Array.from({ length: PARTS }, () => new Set<Beating>())
  const partAt = (index: number) => parts[index % PARTS] as Set<Beating>
  let joined = 0
  let turn = 0
  let timer: NodeJS.Timeout | null = null

  function tick(): void {
    for (const one of partAt(turn++)) one.beat()
    if (timer === null || parts.some(({ size }) => size > 0)) return
    clearInterval(timer)
    timer = null
  }

  return {
    join(one) {
      timer ??= setInterval(tick, ROUND_MS / PARTS).unref()
      const part = partAt(joined++)
      part.add(one)
      return part
    },
  }
}
