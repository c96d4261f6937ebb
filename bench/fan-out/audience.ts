/** The process of the subscribers: opens them, counts what they hear, and says when all have heard the same event. */
import { get } from 'node:http'
import { WebSocket } from './packages.ts'
import { query, type Task } from './task.ts'

const task = JSON.parse(process.argv[2] ?? '') as Task & { port: number }
/** At a time, so that nobody is refused. */
const OPENING = 100

let heard = 0
let expected = task.subscribers

function hear(): void {
  heard += 1
  if (heard === expected) process.send?.({ heardAt: Date.now() })
}

async function openSocket(): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${task.port}`, 'graphql-transport-ws')
  socket.on('error', (error) => process.stderr.write(`${error.message}\n`))
  await new Promise((resolve) => socket.once('open', resolve))
  socket.send('{"type":"connection_init"}')
  await new Promise((resolve) => socket.once('message', resolve))
  const id = crypto.randomUUID()
  socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query } }))
  await new Promise((resolve) => socket.once('message', resolve))
  socket.on('message', hear)
}

/** Messages of a stream are counted by their blank lines; the server's pings come too seldom to matter. */
async function openStream(): Promise<void> {
  await new Promise<void>((resolve) => {
    get({ host: '127.0.0.1', port: task.port, agent: false }, (response) => {
      response.on('data', (chunk: Buffer) => {
        if (chunk.includes('event: next')) hear()
      })
      resolve()
    }).on('error', (error) => process.stderr.write(`${error.message}\n`))
  })
}

const open = task.transport === 'WebSocket' ? openSocket : openStream
for (let opened = 0; opened < task.subscribers; opened += OPENING) {
  const count = Math.min(OPENING, task.subscribers - opened)
  await Promise.all(Array.from({ length: count }, open))
}
process.on('message', () => {
  heard = 0
  expected = task.subscribers
  process.send?.('listening')
})
process.on('disconnect', () => process.exit())
process.send?.('open')
