/** How long a reader waits for results while everybody else is being told of an event. */
import { Agent } from 'node:http'
import { request } from '../queries/request.ts'
import { resultsQuery } from '../queries/documents.ts'
import type { Ours } from '../servers/ours.ts'
import { pause } from '../../tests/support/until.ts'

const EVENTS = 12
/** Into the fan-out, one after the other. */
const STEP_MS = 7
/** Events with a query after each, for the compilers. */
const WARM_UP = 10

/** One query in each event, at different moments of it. Each is the first after a change, as far as the server has heard of it. */
export async function measureQueries(ours: Ours, event: () => Promise<number>): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const ask = () => request(agent, ours, resultsQuery)
  for (let n = 0; n < WARM_UP; n += 1) {
    await event()
    await ask()
  }
  const latencies: number[] = []
  for (let n = 0; n < EVENTS; n += 1) {
    const heard = event()
    await pause(n * STEP_MS)
    latencies.push((await ask()).ms)
    await heard
  }
  agent.destroy()
  return latencies
}
