/** Connections to Redis that give up within a second, notice a peer that died without a word, and come back by themselves. */
import { Redis, type Command, type RedisOptions } from 'ioredis'
import type { BehindSentinels, RedisAddress } from './redis-address.ts'

/** How often a connection is asked whether it still works, in milliseconds; it is left when it has not answered by then. */
const PING_MS = 2_500

/** How long a command may take, in milliseconds. */
const COMMAND_MS = 700

/** What ioredis says of commands that were under way when the connection was closed from here. */
const CONNECTION_IS_CLOSED = 'Connection is closed.'

const backOff = (attempt: number) => Math.min(50 * 2 ** attempt, 1_000)

const common: RedisOptions = {
  connectTimeout: 1_000,
  // A peer that has died does not say goodbye.
  disconnectTimeout: 200,
  maxLoadingRetryTime: 1_000,
  retryStrategy: backOff,
  sentinelRetryStrategy: backOff,
  sentinelCommandTimeout: 500,
  // A former master. A script says so in the middle of its own complaint.
  reconnectOnError: (error) => error.message.includes('READONLY'),
}

/** For commands: an answer or an error within 700 ms, whatever the state of the connection. */
export async function connectRedis(address: RedisAddress, pingMs = PING_MS): Promise<Redis> {
  const redis = open(address, { enableOfflineQueue: false, maxRetriesPerRequest: 0 })
  sendTogether(redis)
  giveUpInTime(redis)
  leaveWhenSilent(redis, pingMs)
  await ready(redis)
  return redis
}

/** For subscriptions, which wait for the connection as long as it takes. */
export function connectSubscriber(address: RedisAddress, pingMs = PING_MS): Redis {
  // The ready check would send INFO on a connection that an early SUBSCRIBE has already turned over to pub/sub.
  const redis = open(address, { enableReadyCheck: false, maxRetriesPerRequest: null })
  leaveNothingUncaught(redis)
  leaveWhenSilent(redis, pingMs)
  return redis
}

/** For BullMQ's workers: commands wait for the connection as long as it takes. Its copies that block are BullMQ's to watch. */
export function connectBlocking(address: RedisAddress, pingMs = PING_MS): Redis {
  const redis = open(address, { maxRetriesPerRequest: null })
  leaveWhenSilent(redis, pingMs)
  return redis
}

/**
 * Calls the listener whenever one of the connections has come back, with its channels subscribed again: what was
 * published, or written to a master that failed, may be lost.
 * @returns ends it
 */
export function onReturn(connections: Redis[], listener: () => void): () => void {
  const endings = connections.map((redis) => {
    let known = redis.status === 'ready'
    const onReady = () => {
      // Answered only after the subscribing, which was sent before it.
      if (known) redis.ping().then(listener, () => {})
      known = true
    }
    redis.on('ready', onReady)
    return () => redis.off('ready', onReady)
  })
  return () => {
    for (const end of endings) end()
  }
}

function open(address: RedisAddress, options: RedisOptions): Redis {
  const redis = typeof address === 'string' ? new Redis(address, { ...common, ...options }) : behind(address)
  // Every failed command says so to its caller; the connection's own complaints would only repeat it.
  redis.on('error', () => {})
  return redis

  function behind({ sentinels, master, url }: BehindSentinels): Redis {
    const all: RedisOptions = { ...common, ...options, sentinels, name: master }
    if (url === null) return new Redis(all)
    const encrypted: RedisOptions = { enableTLSForSentinelMode: true, sentinelTLS: {} }
    return new Redis(url, url.startsWith('rediss:') ? { ...all, ...encrypted } : all)
  }
}

/**
 * Instead of ioredis' `commandTimeout`, which blames Redis when this process itself was busy for so long: an answer that
 * waits to be read by then still counts.
 */
function giveUpInTime(redis: Redis): void {
  const send = redis.sendCommand.bind(redis)
  /** Asked in this turn. */
  let together: Set<Command> | null = null
  redis.sendCommand = (command: Command, ...rest) => {
    const asked = (together ??= askedTogether())
    asked.add(command)
    const answered = () => void asked.delete(command)
    command.promise.then(answered, answered)
    return send(command, ...rest)
  }

  function askedTogether(): Set<Command> {
    const asked = new Set<Command>()
    const giveUp = () => {
      for (const command of asked) command.reject(new Error('Command timed out'))
    }
    // From when they are written: see `sendTogether`.
    process.nextTick(() => {
      together = null
      setTimeout(() => setImmediate(giveUp), COMMAND_MS).unref()
    })
    return asked
  }
}

/** What is asked in one go travels in one packet: a packet costs more than a command. */
function sendTogether(redis: Redis): void {
  const send = redis.sendCommand.bind(redis)
  let corked: Redis['stream'] | null = null
  redis.sendCommand = (command: Command, ...rest) => {
    const { stream } = redis
    if (stream !== corked && redis.status === 'ready') {
      corked = stream
      stream.cork()
      process.nextTick(() => {
        corked = null
        stream.uncork()
      })
    }
    return send(command, ...rest)
  }
}

/** A connection whose packets vanish shows no error for a quarter of an hour: so it has to answer now and then. */
function leaveWhenSilent(redis: Redis, pingMs: number): void {
  let timer: NodeJS.Timeout | undefined
  const stop = () => clearInterval(timer)
  const begin = () => {
    stop()
    let answered = true
    timer = setInterval(() => {
      if (!answered) return redis.disconnect(true)
      answered = false
      // One that has not become ready by the next time is left as well.
      if (redis.status === 'ready')
        redis.ping().then(
          () => (answered = true),
          () => {},
        )
    }, pingMs).unref()
  }
  redis.on('connect', begin).on('ready', begin).on('close', stop)
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
