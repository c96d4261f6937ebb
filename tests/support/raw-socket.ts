/** A WebSocket without a client library: says what the test says, hears everything. */
import { once } from 'node:events'
import { WebSocket, type ClientOptions } from 'ws'
import { until } from './until.ts'

export interface Message {
  id?: string
  type: string
  payload?: unknown
}

export interface RawSocket {
  socket: WebSocket
  heard: Message[]
  /** Text as it is; anything else as JSON. */
  say(message: object | string): void
  /** The first message about this id; waits for it. */
  about(id: string): Promise<Message>
  /** How it ended: the code and its reason. */
  ended: Promise<[code: number, reason: string]>
}

/** @returns once it is open */
export async function openSocket(
  url: string,
  options: ClientOptions = {},
  protocol: string[] = ['graphql-transport-ws'],
): Promise<RawSocket> {
  const socket = new WebSocket(url, protocol, options)
  const heard: Message[] = []
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString()) as Message))
  const ended = new Promise<[number, string]>((resolve) =>
    socket.once('close', (code, reason) => resolve([code, reason.toString()])),
  )
  await once(socket, 'open')
  socket.on('error', () => {})
  return {
    socket,
    heard,
    ended,
    say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    async about(id) {
      await until(() => heard.some((message) => message.id === id))
      return heard.find((message) => message.id === id) as Message
    },
  }
}

/** The HTTP status with which an upgrade is refused; 101 when it is not. */
export function upgradeStatus(url: string, options: ClientOptions = {}): Promise<number> {
  const socket = new WebSocket(url, ['graphql-transport-ws'], options)
  socket.on('error', () => {})
  return new Promise((resolve) => {
    socket.once('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0)
      request.destroy()
    })
    socket.once('open', () => {
      resolve(101)
      socket.terminate()
    })
  })
}
