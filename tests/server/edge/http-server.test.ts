/** Clients that are slow to say what they want, or to take what they get, are given up; others never notice. */
import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { App } from '../../../server/src/app.ts'
import { createHttpServer } from '../../../server/src/http-server.ts'

let server: ReturnType<typeof createHttpServer>
let port: number

/** Answers `/` at once, and `/stream` with more than any buffer holds, as long as somebody reads. */
const app: Pick<App, 'listener' | 'upgrade'> = {
  listener(request, response) {
    if (request.url !== '/stream') return void request.resume().on('end', () => response.end('here'))
    const chunk = Buffer.alloc(64 * 1024)
    const write = () => {
      while (!response.destroyed && response.write(chunk));
      response.once('drain', write)
    }
    write()
  },
  upgrade() {},
}

beforeEach(async () => {
  server = createHttpServer(app, { REQUEST_TIMEOUT_MS: 300 }, 400)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function open(text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

const lives = async () => expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('here')

test.each([
  ['headers', 'GET / HTTP/1.1\r\nHost: x\r\n'],
  ['a body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{'],
])('a client that never ends its %s is given up', async (_what, text) => {
  const socket = await open(text)
  socket.resume()
  await lives()
  await once(socket, 'close')
})

test('a reader that has stalled is given up, and one that goes on reading is not', async () => {
  const reader = await open('GET /stream HTTP/1.1\r\nHost: x\r\n\r\n')
  reader.resume()
  const stalled = new Promise<void>((resolve) => {
    server.once('connection', (socket: Socket) => socket.once('close', () => resolve()))
  })
  const idle = await open('GET /stream HTTP/1.1\r\nHost: x\r\n\r\n')
  idle.pause()
  await stalled
  await lives()
  expect(reader.destroyed).toBe(false)
  reader.destroy()
  idle.destroy()
})
