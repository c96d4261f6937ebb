/** One WebSocket as graphql-ws wants it, bounded: in what it may send, in what may wait for it, and in its silence. */
import { CloseCode, type WebSocket as ProtocolSocket } from 'graphql-ws'
import type { WebSocket } from 'ws'

export interface Wire extends ProtocolSocket {
  isOpen(): boolean
  close(code: number, reason: string): void
  /** Messages being worked on: each running operation is one. */
  busy(): number
}

/** Of answers that wait for a reader, before the reader is given up. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024
/** A peer that has not answered one ping when the next is due is gone. */
const PING_MS = 12_000
/** Nobody types so fast; what runs is bounded by other limits. */
const MAX_MESSAGES_PER_SECOND = 500

const PONG = JSON.stringify({ type: 'pong' })

/** @param apology the answer to a message that could not be handled; null when it should not have been sent */
export function openWire(socket: WebSocket, apology: (err: unknown, text: string) => string | null): Wire {
  let busy = 0
  let isAlive = true
  const isOpen = () => socket.readyState === socket.OPEN
  const isWithinRate = perSecond(MAX_MESSAGES_PER_SECOND)

  const pings = setInterval(() => {
    if (!isAlive) return socket.terminate()
    isAlive = false
    if (isOpen()) socket.ping()
  }, PING_MS)
  socket.on('pong', () => (isAlive = true))
  socket.once('close', () => clearInterval(pings))
  // ws closes what cannot be read by itself, with the code for it.
  socket.on('error', () => {})

  async function send(text: string): Promise<void> {
    if (socket.bufferedAmount > MAX_WAITING_BYTES) socket.terminate()
    // A stream that always has more must not keep the event loop from hearing that the socket is closed.
    if (!isOpen()) return new Promise((resolve) => void setImmediate(resolve))
    // An error here is followed by the end of the socket.
    await new Promise<void>((resolve) => socket.send(text, () => resolve()))
  }

  /** Whether to look at a message at all: not when the goodbye is said, and not in a flood. */
  function admits(): boolean {
    if (!isOpen()) return false
    if (isWithinRate()) return true
    socket.close(CloseCode.TooManyInitialisationRequests, 'Too many messages')
    return false
  }
  socket.on('ping', admits)

  const refuse = () => socket.close(CloseCode.BadRequest, 'Invalid message received')

  return {
    protocol: socket.protocol,
    isOpen,
    busy: () => busy,
    send,
    close: (code, reason) => socket.close(code, reason),
    // Without the payload, which may be large: nobody pays for its way back.
    onPing: () => send(PONG),
    onMessage(handle) {
      socket.on('message', (data: Buffer, isBinary) => {
        if (!admits()) return
        if (isBinary) return refuse()
        const text = data.toString()
        busy += 1
        handle(text)
          .catch((err: unknown) => {
            const answer = apology(err, text)
            return answer === null ? refuse() : send(answer)
          })
          .finally(() => (busy -= 1))
      })
    },
  }
}

/** @returns whether one more is within the bound */
function perSecond(bound: number): () => boolean {
  let since = 0
  let count = 0
  return () => {
    const now = performance.now()
    if (now - since >= 1_000) {
      since = now
      count = 0
    }
    count += 1
    return count <= bound
  }
}
