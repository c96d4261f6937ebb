/** One measurement: a server, its subscribers, and some events, each sent when everybody has the one before. */
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Task } from './task.ts'

export interface Measured {
  /** Of the server, for one event to one subscriber. */
  cpuUs: number
  /** From the event until the last subscriber has it. */
  lastMs: number
  /** Of memory, for one connection. */
  bytes: number
  /** The longest block of the server's event loop. */
  blockedMs: number
}

interface Usage {
  cpuUs: number
  rss: number
  blockedMs: number
}

const WARM_UP = 30
const EVENTS = 60

export async function measure(task: Task): Promise<Measured> {
  const server = start('server.ts', task)
  const { port } = await answer<{ port: number }>(server)
  const empty = await ask<Usage>(server, 'usage')
  const audience = start('audience.ts', { ...task, port })
  await answer(audience)
  const full = await ask<Usage>(server, 'usage')

  const event = async () => {
    await ask(audience, 'listen')
    const began = Date.now()
    const heard = answer<{ heardAt: number }>(audience)
    server.send('event')
    return (await heard).heardAt - began
  }
  for (let n = 0; n < WARM_UP; n += 1) await event()
  // Twice: collecting garbage costs time, and counts for what follows.
  await ask<Usage>(server, 'usage')
  const before = await ask<Usage>(server, 'usage')
  let lastMs = 0
  for (let n = 0; n < EVENTS; n += 1) lastMs += await event()
  const after = await ask<Usage>(server, 'usage')
  await Promise.all([server, audience].map(stop))
  return {
    cpuUs: (after.cpuUs - before.cpuUs) / EVENTS / task.subscribers,
    lastMs: lastMs / EVENTS,
    bytes: (full.rss - empty.rss) / task.subscribers,
    blockedMs: after.blockedMs,
  }
}

function start(file: string, task: object): ChildProcess {
  return fork(join(import.meta.dirname, file), [JSON.stringify(task)], {
    execArgv: ['--import', 'tsx/esm', '--expose-gc'],
  })
}

function answer<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null) => reject(new Error(`A process of the bench ended with ${code}.`))
    child.once('exit', failed)
    child.once('message', (message) => {
      child.off('exit', failed)
      resolve(message as T)
    })
  })
}

function ask<T>(child: ChildProcess, order: string): Promise<T> {
  const answered = answer<T>(child)
  child.send(order)
  return answered
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}
