/** The network between the application and a Redis, with what can go wrong in it. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { pause } from './until.ts'

export interface RedisProxy extends AsyncDisposable {
  url: string
  /** Answers are late by so many milliseconds from now on. */
  delay(ms: number): void
  /**
   * Packets vanish from now on, both ways, and no end is told. `subscribers`: on connections that have subscribed to
   * something; `existing`: on all that there are; `all`: on new ones, too.
   * @returns how many connections there are of that kind
   */
  swallow(which: 'subscribers' | 'existing' | 'all'): number
  /** Connections that have subscribed to something and still work. */
  subscribers(): number
  /** Ends all connections, and lets nobody in. */
  cut(): void
  /** Nothing goes wrong any more; connections that were swallowed are ended. */
  restore(): void
}

interface Connection {
  client: Socket
  redis: Socket
  subscribed: boolean
  swallowed: boolean
}

export async function startRedisProxy(redisPort: number): Promise<RedisProxy> {
  const connections = new Set<Connection>()
  let latencyMs = 0
  let gate: 'open' | 'shut' | 'void' = 'open'

  const server = createServer({ allowHalfOpen: true }, (client) => {
    client.on('error', () => {})
    if (gate === 'shut') return void client.destroy()
    const redis = connect({ port: redisPort, host: '127.0.0.1', allowHalfOpen: true })
    const connection: Connection = { client, redis, subscribed: false, swallowed: gate === 'void' }
    connections.add(connection)
    client.on('data', (sent: Buffer) => {
      if (/subscribe/i.test(sent.toString('latin1'))) connection.subscribed = true
      if (!connection.swallowed) redis.write(sent)
    })
    const hand = async (answer: Buffer, dueAt: number): Promise<void> => {
      const early = dueAt - Date.now()
      if (early > 0) await pause(early)
      if (!connection.swallowed && client.writable) client.write(answer)
    }
    let answered = Promise.resolve()
    redis.on('data', (answer: Buffer) => {
      const dueAt = Date.now() + latencyMs
      answered = answered.then(() => hand(answer, dueAt))
    })
    redis.on('error', () => end(connection))
    redis.on('end', () => void answered.then(() => connection.swallowed || end(connection)))
    client.on('end', () => connection.swallowed || end(connection))
    client.on('close', () => end(connection))
  })

  function end(connection: Connection): void {
    connections.delete(connection)
    connection.client.destroy()
    connection.redis.destroy()
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `redis://127.0.0.1:${port}`,
    delay: (ms) => void (latencyMs = ms),
    swallow(which) {
      if (which === 'all') gate = 'void'
      const chosen = [...connections].filter(({ subscribed }) => subscribed || which !== 'subscribers')
      for (const connection of chosen) connection.swallowed = true
      return chosen.length
    },
    subscribers: () => [...connections].filter((each) => each.subscribed && !each.swallowed).length,
    cut() {
      gate = 'shut'
      for (const connection of connections) end(connection)
    },
    restore() {
      gate = 'open'
      latencyMs = 0
      for (const connection of connections) if (connection.swallowed) end(connection)
    },
    async [Symbol.asyncDispose]() {
      for (const connection of connections) end(connection)
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
