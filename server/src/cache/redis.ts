/** Connections to Redis that give up within a second, and come back by themselves. */
import { Redis, type RedisOptions } from 'ioredis'

const common: RedisOptions = {
  connectTimeout: 1_000,
  retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 1_000),
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
}

/** For commands: an answer or an error within 700 ms, whatever the state of the connection. */
export async function connectRedis(url: string): Promise<Redis> {
  const redis = new Redis(url, {
    ...common,
    commandTimeout: 700,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
  })
  // Every failed command says so to its caller; the connection's own complaints would only repeat it.
  redis.on('error', () => {})
  await ready(redis)
  return redis
}

/** For subscriptions, which wait for the connection as long as it takes. */
export function connectSubscriber(url: string): Redis {
  // The ready check would send INFO on a connection that an early SUBSCRIBE has already turned over to pub/sub.
  const redis = new Redis(url, { ...common, enableReadyCheck: false, maxRetriesPerRequest: null })
  redis.on('error', () => {})
  // RedisPubSub does not wait for its unsubscribing: on a connection that closes meanwhile, nobody would catch that.
  for (const command of ['unsubscribe', 'punsubscribe'] as const) {
    const send = redis[command].bind(redis)
    redis[command] = (...channels: unknown[]) => {
      const sent = send(...(channels as string[]))
      sent.catch(() => {})
      return sent
    }
  }
  return redis
}

/** A Redis that is up at start should be used at once; one that is not should not hold up the start. */
async function ready(redis: Redis): Promise<void> {
  await new Promise<void>((resolve) => {
    redis.once('ready', () => resolve())
    setTimeout(() => resolve(), 1_000).unref()
  })
}
