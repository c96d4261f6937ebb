/**
 * `node --expose-gc --import probe.mjs server.js`: measures a server from inside, without a change to it, and tells its
 * parent over IPC. The process ends with its parent.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'

const RESOLUTION_MS = 1
/** Collecting garbage blocks the event loop; what is measured begins after that has been noticed. */
const AFTER_GC_MS = 50

/** Counts in native code, and yet wakes the process a thousand times a second: not while its CPU is measured. */
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
let cpuBefore = process.cpuUsage()

/** Sweeping goes on after a collection, and what was waiting for one can be collected by the next. */
async function collect() {
  globalThis.gc?.()
  await pause(AFTER_GC_MS)
  globalThis.gc?.()
  await pause(AFTER_GC_MS)
}

async function memory() {
  await collect()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, held: heapUsed + external }
}

const orders = {
  memory,
  async begin({ watching }) {
    await collect()
    if (watching) {
      delay.enable()
      delay.reset()
    }
    cpuBefore = process.cpuUsage()
  },
  async end() {
    const { user, system } = process.cpuUsage(cpuBefore)
    const blockedMs = Math.max(0, delay.max / 1e6 - RESOLUTION_MS)
    delay.disable()
    return { cpuMs: (user + system) / 1000, blockedMs, ...(await memory()) }
  },
}

async function obey({ id, order, ...details }) {
  process.send?.({ id, result: (await orders[order](details)) ?? null })
}

process.on('message', (order) => void obey(order))
process.on('disconnect', () => process.exit())
