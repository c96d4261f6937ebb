/** The process of the subscribers, which does what `audience.ts` tells it. */
import { setTimeout as pause } from 'node:timers/promises'
import { now } from '../clock.ts'
import { createHearings } from './hearings.ts'
import { subscribe, type Subscriber } from './subscriber.ts'
import type { AudienceTask, Faults, First, Load } from './audience.ts'

const task = JSON.parse(process.argv[2] ?? '') as AudienceTask
/** At a time, so that nobody is refused. */
const OPENING = 100
/** Until whoever has had its first result follows. */
const SETTLING_MS = 300

interface AwaitedResult {
  seq: number
  /** So many subscribers. */
  by: number
}

const hearings = createHearings(task.subscribers)
const subscribers: Subscriber[] = []
let [cpuBefore, wallBefore] = [process.cpuUsage(), now()]
let faultsBefore = { missed: 0, repeated: 0 }

const orders = {
  async open(): Promise<void> {
    while (subscribers.length < task.subscribers) {
      const from = subscribers.length
      const count = Math.min(OPENING, task.subscribers - from)
      const opening = Array.from({ length: count }, (_, index) =>
        subscribe(task, (seq) => hearings.hear(from + index, seq)),
      )
      subscribers.push(...opening)
      await Promise.all(opening.map(({ ready }) => ready))
    }
    await pause(SETTLING_MS)
  },
  async last({ seq, by }: AwaitedResult): Promise<number> {
    return (await hearings.heardBy(seq, by)).at(-1) ?? NaN
  },
  times: ({ seq, by }: AwaitedResult): Promise<number[]> => hearings.heardBy(seq, by),
  begin(): void {
    ;[cpuBefore, wallBefore] = [process.cpuUsage(), now()]
    faultsBefore = hearings.faults()
  },
  end(): Load & Faults {
    const { user, system } = process.cpuUsage(cpuBefore)
    const { missed, repeated } = hearings.faults()
    return {
      busy: (user + system) / 1000 / (now() - wallBefore),
      missed: missed - faultsBefore.missed,
      repeated: repeated - faultsBefore.repeated,
    }
  },
  stall: (): void => subscribers[0]?.stall(),
  resume: (): void => subscribers[0]?.resume(),
  first: (): First => ({ ...hearings.of(0), isOpen: subscribers[0]?.isOpen() ?? false }),
}

type Order = AwaitedResult & { id: number; order: keyof typeof orders }

process.on('message', (order: Order) => {
  void Promise.resolve(orders[order.order](order)).then((result) =>
    process.send?.({ id: order.id, result: result ?? null }),
  )
})
process.on('disconnect', () => process.exit())
