/** Where Redis is, by the settings; known without its client. */

/** A server by its URL, or whichever one the sentinels call the master. */
export type RedisAddress = string | BehindSentinels

export interface BehindSentinels {
  sentinels: { host: string; port: number }[]
  /** The name under which they watch it. */
  master: string
  /** Gives user, password, database and TLS; its host is not asked. Null: none of them. */
  url: string | null
}

/** Null when the settings name no Redis. */
export function redisAddress(settings: {
  REDIS_URL?: string | undefined
  REDIS_SENTINELS?: BehindSentinels['sentinels'] | undefined
  REDIS_MASTER?: string | undefined
}): RedisAddress | null {
  const { REDIS_URL: url = null, REDIS_SENTINELS: sentinels, REDIS_MASTER: master = 'mymaster' } = settings
  return sentinels === undefined ? url : { sentinels, master, url }
}

/** For people: where it is, without user and password. */
export function describeRedis(address: RedisAddress): string {
  if (typeof address === 'string') return `Redis at ${new URL(address).host}`
  const asked = address.sentinels.map(
    ({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`,
  )
  return `Redis, master ${address.master} of the sentinels at ${asked.join(', ')}`
}
