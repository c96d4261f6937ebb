/** What is written past `ws` is what a client of it reads: of every length, by everybody, at whatever speed. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough, type Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { TextMessages } from '../../../server/src/fan-out/text-message.ts'
import { until } from '../../support/until.ts'

let server: WebSocketServer
let wires: Writable[]

beforeEach(async () => {
  const http = createServer()
  server = new WebSocketServer({ server: http })
  wires = []
  server.on('connection', (_socket, request) => void wires.push(request.socket))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  server.once('close', () => http.close())
})
afterEach(() => {
  for (const client of server.clients) client.terminate()
  server.close()
})

async function connect(): Promise<{ client: WebSocket; wire: Writable; heard: string[] }> {
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const heard: string[] = []
  client.on('message', (data: Buffer, isBinary) => heard.push(isBinary ? 'binary' : data.toString()))
  const before = wires.length
  await until(() => wires.length > before && client.readyState === WebSocket.OPEN)
  return { client, wire: wires[before] as Writable, heard }
}

test.each([3, 125, 126, 127, 16_383, 16_384, 65_535, 65_536, 300_000])(
  'a message of %i bytes arrives whole',
  async (length) => {
    const { wire, heard } = await connect()
    const messages = new TextMessages(Buffer.from('x'.repeat(length - 2)))
    messages.write(wire, 'ab')
    messages.write(wire, 'cd')
    await until(() => heard.length === 2)
    expect(heard).toEqual([`ab${'x'.repeat(length - 2)}`, `cd${'x'.repeat(length - 2)}`])
  },
)

test('beginnings of other lengths, and in other alphabets, are counted in bytes', async () => {
  const { wire, heard } = await connect()
  const messages = new TextMessages(Buffer.from(' – 漢}'))
  const beginnings = ['', 'a', 'é', 'b', '漢字', 'Ü’', 'é', '🦉'.repeat(40)]
  for (const beginning of beginnings) messages.write(wire, beginning)
  await until(() => heard.length === beginnings.length)
  expect(heard).toEqual(beginnings.map((beginning) => `${beginning} – 漢}`))
})

describe('nobody’s message is written over before it is sent', () => {
  test.each([1_000, 20_000])('with one who does not read, and messages of %i bytes', async (length) => {
    const stalled = await connect()
    stalled.client.pause()
    const others = [await connect(), await connect()]
    const everybody = [others[0], stalled, others[1]].flatMap((one) => one ?? [])
    // More than the system keeps for whoever does not read.
    const rounds = 20_000_000 / length
    const expected = everybody.map((): string[] => [])
    for (let round = 0; round < rounds; round += 1) {
      const messages = new TextMessages(Buffer.from(`${round}`.padStart(length, '.')))
      everybody.forEach(({ wire }, index) => {
        const beginning = `${index} of ${round}`
        messages.write(wire, beginning)
        expected[index]?.push(beginning + `${round}`.padStart(length, '.'))
      })
      if (round % 100 === 0) await new Promise(setImmediate)
    }
    expect(stalled.wire.writableLength).toBeGreaterThan(0)
    stalled.client.resume()
    await until(() => everybody.every(({ heard }) => heard.length === rounds), 20_000)
    expect(
      everybody.map(({ heard }) => heard).every((all, one) => all.join() === expected[one]?.join()),
    ).toBe(true)
  })

  test('on a stream that passes bytes on', async () => {
    const wire = new PassThrough()
    const messages = new TextMessages(Buffer.from('}'))
    for (const beginning of ['a', 'b', 'c']) messages.write(wire, beginning)
    wire.end()
    expect(Buffer.concat(await wire.toArray()).toString('latin1')).toBe('\x81\x02a}\x81\x02b}\x81\x02c}')
  })
})
