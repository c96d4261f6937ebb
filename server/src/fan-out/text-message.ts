/** WebSocket text messages as a server sends them (RFC 6455, section 5.2): in one frame, without a mask. */
import { Socket } from 'node:net'
import type { Writable } from 'node:stream'

const FINAL_TEXT = 0x81
/** From here on, the length stands in two bytes of its own; from 64 kB on, in eight. */
const LONG = { length: 126, mark: 126, bytes: 2 }
const LONGER = { length: 65_536, mark: 127, bytes: 8 }
/** From this length on, copying what many messages share costs more than writing two pieces. */
export const LARGE = 16 * 1024

/** Messages to many, which differ in how they begin. */
export class TextMessages {
  readonly #shared: Buffer
  /** The last message that was written: another one of that size is written over it. Null while somebody may need it. */
  #spare: { bytes: Buffer; begin: number; ownLength: number } | null = null

  /** @param shared how all of them end */
  constructor(shared: Buffer) {
    this.#shared = shared
  }

  /** @param wire of a connection without extensions, on which no other message is half sent */
  write(wire: Writable, own: string): void {
    const ownLength = Buffer.byteLength(own)
    if (this.#shared.length < LARGE) return this.#writeWhole(wire, own, ownLength)
    wire.cork()
    wire.write(this.#begun(own, ownLength, 0).bytes)
    wire.write(this.#shared)
    wire.uncork()
  }

  #writeWhole(wire: Writable, own: string, ownLength: number): void {
    const spare = this.#spare?.ownLength === ownLength ? this.#spare : null
    if (spare !== null) spare.bytes.write(own, spare.begin)
    const message = spare ?? this.#begun(own, ownLength, this.#shared.length)
    if (spare === null) message.bytes.set(this.#shared, message.begin + ownLength)
    wire.write(message.bytes)
    // A socket with nothing to write has handed everything to the system. Other streams may pass the bytes on.
    const isFree = wire.writableLength === 0 && wire instanceof Socket
    this.#spare = isFree ? message : null
  }

  /** @param room for more, behind what is this message's own */
  #begun(own: string, ownLength: number, room: number): { bytes: Buffer; begin: number; ownLength: number } {
    const length = ownLength + this.#shared.length
    const begin = length < LONG.length ? 2 : length < LONGER.length ? 2 + LONG.bytes : 2 + LONGER.bytes
    const bytes = Buffer.allocUnsafe(begin + ownLength + room)
    bytes[0] = FINAL_TEXT
    if (length < LONG.length) bytes[1] = length
    else if (length < LONGER.length) {
      bytes[1] = LONG.mark
      bytes.writeUInt16BE(length, 2)
    } else {
      bytes[1] = LONGER.mark
      bytes.writeBigUInt64BE(BigInt(length), 2)
    }
    bytes.write(own, begin)
    return { bytes, begin, ownLength }
  }
}
