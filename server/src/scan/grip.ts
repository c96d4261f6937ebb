/**
 * A worker's grip on the run in progress: its plan, the lease that it helps to renew, and the news that the run has
 * ended. Every worker that lives holds on, so a run outlives each of them, and none of them outlives the run.
 */
import { holdLease, type Lease } from './lease.ts'
import type { ScanEvent } from './model.ts'
import type { Clock, RunPlan, ScanCache, ScanEvents } from './ports.ts'

export interface Grip {
  readonly plan: RunPlan
  readonly lease: Lease
  /** Why no further ticker is begun; null as long as all are. */
  halted: string | null
}

export interface Grips {
  /** Null when that run is not, or no longer, the one in progress. */
  on(runId: string): Promise<Grip | null>
  /** Lets go of a run without a word, for instance because this worker has ended it. */
  release(runId: string): void
  close(): void
}

export interface GripOptions {
  cache: ScanCache
  events: ScanEvents
  clock: Clock
  leaseMs: number
  /** The run is no longer this worker's, and nobody has told its end yet. */
  onLost: (plan: RunPlan) => void
}

export function createGrips({ cache, events, clock, leaseMs, onLost }: GripOptions): Grips {
  const held = new Map<string, { grip: Promise<Grip | null>; letGo: () => void }>()

  function take(runId: string): Promise<Grip | null> {
    const leave: (() => void)[] = []
    const letGo = () => {
      if (held.get(runId)?.letGo === letGo) held.delete(runId)
      for (const step of leave.splice(0)) step()
    }
    const grip = seize(runId, leave, letGo)
    held.set(runId, { grip, letGo })
    grip.then((found) => found ?? letGo()).catch(letGo)
    return grip
  }

  async function seize(runId: string, leave: (() => void)[], letGo: () => void): Promise<Grip | null> {
    const work = await cache.work()
    if (work === null || work.plan.runId !== runId) return null
    const lease = holdLease(cache, runId, leaseMs, clock)
    leave.push(() => lease.stop())
    lease.signal.addEventListener('abort', () => {
      const told = !held.has(runId)
      letGo()
      if (!told) onLost(work.plan)
    })
    // Nobody should go on asking for a run that has ended until the next renewal says so.
    const subscribed = events.subscribe((event: ScanEvent) => {
      if (event.runId !== runId || event.scanInProgress) return
      letGo()
      lease.lose()
    })
    leave.push(() => void subscribed.then((unsubscribe) => unsubscribe()).catch(() => {}))
    subscribed.catch(() => {})
    return { plan: work.plan, lease, halted: work.halted }
  }

  return {
    on: (runId) => held.get(runId)?.grip ?? take(runId),
    release: (runId) => held.get(runId)?.letGo(),
    close() {
      for (const { letGo } of held.values()) letGo()
    },
  }
}
