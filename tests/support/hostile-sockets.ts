/** Hostile WebSockets: bad upgrades, bad frames, and bad messages in good frames. */
import { body, document, fill, number, pick, upTo, value, word, type Draw } from './hostile-words.ts'
import type { Target } from './hostile-requests.ts'
import type { Attack, Sent } from './hostile-wire.ts'

const CRLF = '\r\n'
const TEXT = 1

interface FrameOptions {
  opcode?: number
  final?: boolean
  masked?: boolean
  reserved?: number
  /** What the frame says its length is. */
  length?: bigint
}

function frame(content: string | Buffer, options: FrameOptions = {}): Buffer {
  const { opcode = TEXT, final = true, masked = true, reserved = 0 } = options
  const bytes = Buffer.from(content)
  const length = options.length ?? BigInt(bytes.length)
  const head = Buffer.alloc(2)
  head[0] = (final ? 0x80 : 0) | (reserved << 4) | opcode
  const mask = masked ? 0x80 : 0
  let more = Buffer.alloc(0)
  if (length < 126n) head[1] = mask | Number(length)
  else if (length < 65_536n) {
    head[1] = mask | 126
    more = Buffer.alloc(2)
    more.writeUInt16BE(Number(length))
  } else {
    head[1] = mask | 127
    more = Buffer.alloc(8)
    more.writeBigUInt64BE(length)
  }
  // A mask of zeros leaves the bytes as they are.
  return Buffer.concat([head, more, Buffer.alloc(masked ? 4 : 0), bytes])
}

const say = (message: unknown) => frame(JSON.stringify(message))
const subscribe = (draw: Draw, query: string, id = '1') =>
  say({
    id,
    type: 'subscribe',
    payload: { query, ...(draw() < 0.3 && { variables: value(draw), extensions: value(draw) }) },
  })

function upgrade({ host, credential }: Target, headers: string[] = []): string {
  const own = headers.map((header) => header.split(':')[0])
  const usual = [
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
  ].filter((header) => !own.includes(header.split(':')[0]))
  return ['GET /graphql HTTP/1.1', host, credential, ...usual, ...headers, '', ''].join(CRLF)
}

type Kind = (draw: Draw) => { headers?: string[]; greets?: boolean; sent: Sent[] }

const kinds: Record<string, Kind> = {
  'a bad upgrade': (draw) => ({
    headers: [
      pick(draw, [
        'Sec-WebSocket-Version: 99',
        'Sec-WebSocket-Key: x',
        'Upgrade: h2c',
        'Sec-WebSocket-Protocol: ,,',
        'Sec-WebSocket-Protocol: graphql-ws',
        'Origin: https://evil.example',
        'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99',
        `X: ${'y'.repeat(upTo(draw, 60_000))}`,
        'Content-Length: 5',
        'Transfer-Encoding: chunked',
        'Sec-WebSocket-Key: ' + 'A'.repeat(upTo(draw, 9_000)),
      ]),
    ],
    greets: false,
    sent: [Buffer.from(fill(upTo(draw, 100), () => upTo(draw, 255)))],
  }),
  'a bad frame': (draw) => ({
    greets: draw() < 0.5,
    sent: [
      pick(draw, [
        () => frame('x', { length: 2n ** 63n }),
        () => frame('x', { length: 2n ** 32n }),
        () => frame('x', { opcode: 3 + upTo(draw, 4) }),
        () => frame('x', { reserved: 1 + upTo(draw, 6) }),
        () => frame('{"type":"ping"}', { masked: false }),
        () => frame(Buffer.from([0xff, 0xfe, 0xc0])),
        () => frame('x'.repeat(300), { opcode: 9 }),
        () => frame('x', { opcode: 8 }),
        () => frame(Buffer.from([0x03, 0xed, 0xff]), { opcode: 8 }),
        () => frame('x', { opcode: 0 }),
        () => Buffer.concat(fill(1 + upTo(draw, 20_000), () => frame('', { opcode: 1, final: false }))),
        () =>
          Buffer.concat([
            frame('{', { final: false }),
            ...fill(1 + upTo(draw, 20_000), () => frame('', { opcode: 0, final: false })),
          ]),
        () => Buffer.from(fill(upTo(draw, 2_000), () => upTo(draw, 255))),
      ])(),
    ],
  }),
  'a huge frame': (draw) => ({
    greets: draw() < 0.5,
    sent: fill(8, () => frame('x'.repeat(0), { length: 1n })).concat(
      frame(' '.repeat(256 * 1024 + upTo(draw, 500_000))),
    ),
  }),
  'a bad message': (draw) => ({
    greets: draw() < 0.8,
    sent: fill(1 + upTo(draw, 5), () =>
      pick(draw, [
        () => frame(body(draw)),
        () => say(value(draw)),
        () => say({ type: word(draw), id: value(draw), payload: value(draw) }),
        () =>
          say({
            type: pick(draw, ['ping', 'pong', 'complete', 'next', 'connection_init', 'error']),
            id: word(draw),
            payload: value(draw),
          }),
      ])(),
    ),
  }),
  'a bad operation': (draw) => ({
    sent: fill(1 + upTo(draw, 10), (n) =>
      subscribe(draw, document(draw), pick(draw, [String(n), '__proto__', 'constructor', word(draw)])),
    ),
  }),
  'too many operations': (draw) => ({
    sent: fill(upTo(draw, 300), (n) => subscribe(draw, 'subscription { scanStatus { seq } }', String(n))),
  }),
  'an id again and again': () => ({
    sent: fill(20, (n) =>
      n % 2 === 0
        ? say({ id: 'a', type: 'subscribe', payload: { query: 'subscription { scanStatus { seq } }' } })
        : say({ id: 'a', type: 'complete' }),
    ),
  }),
  'a flood of small messages': (draw) => ({
    sent: [
      Buffer.concat(
        fill(5_000, () =>
          pick(draw, [say({ type: 'ping' }), frame('', { opcode: 9 }), frame('', { opcode: 10 })]),
        ),
      ),
    ],
  }),
  'a deep ping': (draw) => ({
    sent: [
      frame(`{"type":"ping","payload":{"a":${'['.repeat(upTo(draw, 100_000))}`),
      frame(`{"type":"ping","payload":${'{"a":'.repeat(20_000)}${number(draw)}${'}'.repeat(20_000)}}`),
    ],
  }),
}

export function hostileSocket(draw: Draw, target: Target): Attack {
  const [name, kind] = pick(draw, Object.entries(kinds))
  const { headers, greets = true, sent } = kind(draw)
  const greeting = greets ? [5, say({ type: 'connection_init' }), 10] : []
  return {
    name: `WebSocket: ${name}`,
    sent: [upgrade(target, headers), ...greeting, ...sent],
    leaves: pick(draw, ['HEAR', 'HEAR', 'CUT', 'RESET']),
  }
}
