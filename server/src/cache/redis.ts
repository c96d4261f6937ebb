/** Connections to Redis that give up within a second, and come back by themselves. */
import { Redis, type RedisOptions } from 'ioredis'

/** What ioredis says of commands that were under way when the connection was closed from here. */
const CONNECTION_IS_CLOSED = 'Connection is closed.'

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
  leaveNothingUncaught(redis)
  return redis
}

/**
 * RedisPubSub does not wait for its unsubscribing, and rejects a promise of its own that nobody sees when its subscribing
 * fails. On a connection that is being closed, both would end the process: what was asked of it then stays unanswered.
 */
function leaveNothingUncaught(redis: Redis): void {
  for (const command of ['subscribe', 'unsubscribe', 'punsubscribe'] as const) {
    const send = redis[command].bind(redis) as (...args: unknown[]) => Promise<unknown>
    redis[command] = (...args: unknown[]) => {
      const answer = args.at(-1)
      if (typeof answer === 'function') {
        args[args.length - 1] = (error: Error | null, count: unknown) => {
          if (error?.message !== CONNECTION_IS_CLOSED)
            (answer as (...result: unknown[]) => void)(error, count)
        }
      }
      const sent = send(...args)
      sent.catch(() => {})
      return sent
    }
  }
}

/** A Redis that is up at start should be used at once; one that is not should not hold up the start. */
async function ready(redis: Redis): Promise<void> {
  await new Promise<void>((resolve) => {
    redis.once('ready', () => resolve())
    setTimeout(() => resolve(), 1_000).unref()
  })
}
