/** A connection on which anything may be sent, in pieces, with pauses, and not to the end. */
import { connect } from 'node:net'
import { pause } from './until.ts'

/** Bytes, or a pause in milliseconds. */
export type Sent = string | Buffer | number

export interface Attack {
  name: string
  sent: Sent[]
  /** What the client does when it has sent everything; `HEAR` waits for the end, and leaves when there is none. */
  leaves: 'HEAR' | 'CUT' | 'RESET'
}

/** Nobody says anything for so long. */
const QUIET_MS = 150
const DEADLINE_MS = 3_000

/** @returns whatever came back */
export async function attack(port: number, { sent, leaves }: Attack): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const isOver = () => socket.closed || socket.readableEnded
  const heard: Buffer[] = []
  let lastHeard = 0
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    heard.push(chunk)
    lastHeard = performance.now()
  })
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await Promise.race([gone, new Promise<void>((resolve) => socket.once('connect', resolve))])
  /** A server that no longer takes anything is not waited for. */
  const send = (bytes: string | Buffer) =>
    Promise.race([gone, pause(1_000), new Promise<void>((resolve) => socket.write(bytes, () => resolve()))])

  for (const piece of sent) {
    if (isOver()) break
    if (typeof piece === 'number') await pause(piece)
    else await send(piece)
  }
  if (leaves === 'HEAR') {
    const deadline = performance.now() + DEADLINE_MS
    const isQuiet = () => lastHeard > 0 && performance.now() - lastHeard > QUIET_MS
    while (!isOver() && !isQuiet() && performance.now() < deadline) await pause(2)
  }
  if (leaves === 'RESET') socket.resetAndDestroy()
  else socket.destroy()
  return Buffer.concat(heard).toString('latin1')
}
