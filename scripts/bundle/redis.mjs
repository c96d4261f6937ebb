/**
 * A Redis for a moment, on any machine: it takes every command and holds nothing. Enough for a server to start with it
 * and to answer that there are no results.
 */
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'

const bulk = (text) => `$${text.length}\r\n${text}\r\n`
const list = (replies) => `*${replies.length}\r\n${replies.join('')}`
const nothing = '$-1\r\n'
const number = (value) => `:${value}\r\n`

/** By command; whatever else is asked for is not there. */
const replies = {
  info: () => bulk('redis_version:7.0.0\r\nloading:0\r\n'),
  client: () => '+OK\r\n',
  ping: () => '+PONG\r\n',
  subscribe: (channel) => list([bulk('subscribe'), bulk(channel), number(1)]),
  exists: () => number(0),
  hgetall: () => list([]),
  hmget: (_key, ...fields) => list(fields.map(() => nothing)),
  // How many requests there were, and for how long that counts.
  evalsha: () => list([number(1), number(60_000)]),
  eval: () => list([number(1), number(60_000)]),
}

/** @param ioredis the folder of that package, whose parser reads commands as well as replies */
export async function startRedis(ioredis) {
  const Parser = createRequire(`${ioredis}/package.json`)('redis-parser')
  const sockets = new Set()
  const server = createServer((socket) => {
    sockets.add(socket)
    /** The replies to what stands between MULTI and EXEC; null outside. */
    let together = null
    const parser = new Parser({
      returnReply: ([name, ...args]) => socket.write(answer(name.toLowerCase(), args)),
      returnError: () => socket.destroy(),
    })
    function answer(name, args) {
      if (name === 'multi') {
        together = []
        return '+OK\r\n'
      }
      if (name === 'exec') {
        const all = list(together)
        together = null
        return all
      }
      const reply = replies[name]?.(...args) ?? nothing
      if (together === null) return reply
      together.push(reply)
      return '+QUEUED\r\n'
    }
    socket.on('error', () => {})
    socket.on('data', (data) => parser.execute(data))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `redis://127.0.0.1:${server.address().port}`,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
