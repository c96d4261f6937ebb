/** As much of the WebSocket protocol as a reader needs who only counts: cheap, so that the server is what is measured. */
import { randomBytes } from 'node:crypto'

const PING = 0x9
const PONG = 0xa
const CLOSE = 0x8
const FIN = 0x80
const MASKED = 0x80

export interface FrameListener {
  /** A whole message, or its last fragment. */
  onMessage(data: Buffer): void
  onPing(data: Buffer): void
  onClose(code: number): void
}

/** @returns takes what arrives; the buffer may be used again afterwards */
export function createFrameReader(listener: FrameListener): (chunk: Buffer) => void {
  let rest: Buffer | null = null

  return (chunk) => {
    const data: Buffer = rest === null ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (data.length - at >= 2) {
      const first = data[at] ?? 0
      let length = (data[at + 1] ?? 0) & 0x7f
      let start = at + 2
      if (length === 126) {
        if (data.length - at < 4) break
        length = data.readUInt16BE(start)
        start += 2
      } else if (length === 127) {
        if (data.length - at < 10) break
        length = Number(data.readBigUInt64BE(start))
        start += 8
      }
      const end = start + length
      if (data.length < end) break
      hear(first, data.subarray(start, end))
      at = end
    }
    if (at === data.length) rest = null
    else rest = Buffer.from(data.subarray(at))
  }

  function hear(first: number, data: Buffer): void {
    const opcode = first & 0x0f
    if (opcode === PING) listener.onPing(data)
    else if (opcode === CLOSE) listener.onClose(data.length >= 2 ? data.readUInt16BE(0) : 0)
    else if (opcode !== PONG && (first & FIN) !== 0) listener.onMessage(data)
  }
}

export const textFrame = (text: string) => frame(0x1, Buffer.from(text))
export const pongFrame = (data: Buffer) => frame(PONG, data)

/** A client's frames must be masked; this mask changes nothing. */
function frame(opcode: number, data: Buffer): Buffer {
  const long = data.length > 125
  const head = Buffer.alloc(long ? 8 : 6)
  head[0] = FIN | opcode
  head[1] = MASKED | (long ? 126 : data.length)
  if (long) head.writeUInt16BE(data.length, 2)
  return Buffer.concat([head, data])
}

export function upgradeRequest(host: string, path: string, headers: Record<string, string>): string {
  return requestHead(`GET ${path}`, {
    Host: host,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    'Sec-WebSocket-Protocol': 'graphql-transport-ws',
    ...headers,
  })
}

export function requestHead(request: string, headers: Record<string, string>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${request} HTTP/1.1\r\n${lines.join('')}\r\n`
}
