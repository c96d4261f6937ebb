/** One who follows a subscription, on a connection of its own, and says which numbered results arrive. */
import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { createFrameReader, pongFrame, requestHead, textFrame, upgradeRequest } from './frames.ts'

export interface Subscription {
  transport: 'WebSocket' | 'SSE'
  url: string
  headers: Record<string, string>
  query: string
}

export interface Subscriber {
  /** Settled with the first result. */
  ready: Promise<void>
  /** Reads nothing more, until it resumes. */
  stall(): void
  resume(): void
  isOpen(): boolean
}

/** Everybody's: what has been read is looked at before anything else is read. */
const shared = Buffer.allocUnsafe(256 * 1024)
const SEQ = Buffer.from('"seq":')
const HEAD_END = Buffer.from('\r\n\r\n')
const EVENT_END = Buffer.from('\n\n')
const LINE_END_LENGTH = 2
const DIGITS = { zero: 48, nine: 57 }

/** @param onResult called with the number of each result after the first */
export function subscribe(subscription: Subscription, onResult: (seq: number) => void): Subscriber {
  let [isReady, fail] = [() => {}, (_error: Error) => {}]
  const ready = new Promise<void>((resolve, reject) => ([isReady, fail] = [resolve, reject]))
  let hasBegun = false
  let isOver = false

  const hear = (seq: number): void => {
    if (hasBegun) return onResult(seq)
    hasBegun = true
    isReady()
  }
  const { host, hostname, port } = new URL(subscription.url)
  let read = (_chunk: Buffer): void => {}
  const socket: Socket = connect({
    host: hostname,
    port: Number(port),
    noDelay: true,
    onread: {
      buffer: shared,
      callback(length, buffer) {
        read((buffer as Buffer).subarray(0, length))
        return true
      },
    },
  })
  socket.on('error', (error) => fail(error))
  socket.on('close', () => {
    isOver = true
    fail(new Error(`${subscription.url} has closed a connection.`))
  })
  const how = subscription.transport === 'WebSocket' ? overSocket : overStream
  read = how(socket, host, subscription, hear, (text) => fail(new Error(text)))
  return {
    ready,
    stall: () => void socket.pause(),
    resume: () => void socket.resume(),
    isOpen: () => !isOver,
  }
}

type Transport = (
  socket: Socket,
  host: string,
  subscription: Subscription,
  hear: (seq: number) => void,
  complain: (text: string) => void,
) => (chunk: Buffer) => void

const overSocket: Transport = (socket, host, { headers, query }, hear, complain) => {
  const id = randomUUID()
  socket.write(upgradeRequest(host, '/graphql', headers))
  const frames = createFrameReader({
    onMessage(data) {
      const seq = seqIn(data, 0, data.length)
      if (seq !== null) return hear(seq)
      const text = data.toString()
      if (text.includes('"connection_ack"'))
        socket.write(textFrame(JSON.stringify({ id, type: 'subscribe', payload: { query } })))
      else complain(text)
    },
    onPing: (data) => void socket.write(pongFrame(Buffer.from(data))),
    onClose: (code) => complain(`The server has closed a connection with ${code}.`),
  })
  return afterHead('101', complain, frames, () => socket.write(textFrame('{"type":"connection_init"}')))
}

const overStream: Transport = (socket, host, { headers, query }, hear, complain) => {
  const body = JSON.stringify({ query })
  const head = {
    Host: host,
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    Accept: 'text/event-stream',
    ...headers,
  }
  socket.write(requestHead('POST /graphql', head) + body)
  let rest: Buffer | null = null
  const read = (chunk: Buffer): void => {
    const data: Buffer = rest === null ? chunk : Buffer.concat([rest, chunk])
    let from = 0
    for (;;) {
      const end = data.indexOf(EVENT_END, from)
      if (end < 0) break
      const seq = seqIn(data, from, end)
      if (seq !== null) hear(seq)
      from = end + EVENT_END.length
    }
    // The end of a chunk's line is nobody's beginning.
    rest = data.length - from <= LINE_END_LENGTH ? null : Buffer.from(data.subarray(from))
  }
  return afterHead('200', complain, read, () => {})
}

/** Reads the answer's head first. */
function afterHead(
  status: string,
  complain: (text: string) => void,
  read: (chunk: Buffer) => void,
  begin: () => void,
): (chunk: Buffer) => void {
  let head: Buffer | null = Buffer.alloc(0)
  return (chunk) => {
    if (head === null) return read(chunk)
    head = Buffer.concat([head, chunk])
    const end = head.indexOf(HEAD_END)
    if (end < 0) return
    const [first = ''] = head.subarray(0, end).toString().split('\r\n')
    if (!first.startsWith(`HTTP/1.1 ${status}`)) return complain(first)
    const body = head.subarray(end + HEAD_END.length)
    head = null
    begin()
    if (body.length > 0) read(body)
  }
}

/** The number of the result between these places. */
function seqIn(data: Buffer, from: number, to: number): number | null {
  const found = data.indexOf(SEQ, from)
  if (found < 0 || found >= to) return null
  let seq = 0
  for (let at = found + SEQ.length; ; at += 1) {
    const digit = data[at]
    if (digit === undefined || digit < DIGITS.zero || digit > DIGITS.nine) return seq
    seq = seq * 10 + digit - DIGITS.zero
  }
}
