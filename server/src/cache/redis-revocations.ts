/** What servers tell each other of revocations: a channel, and a tombstone per id that expires by itself. */
import type { PubSubEngine } from 'graphql-subscriptions'
import type { Redis } from 'ioredis'
import * as z from 'zod/mini'
import type { RevocationNotice, SharedRevocations } from '../auth/revocations.ts'

export interface RedisRevocationsOptions {
  /** For commands. */
  redis: Redis
  /** For messages. */
  engine: PubSubEngine
  /** E.g. `wheel_analyzer:1`. */
  prefix: string
  newId: () => string
}

const message = z.object({
  ids: z.array(z.string()),
  endedUntil: z.nullable(z.number()),
  /** The server that says it. */
  from: z.string(),
})

export function createRedisRevocations({
  redis,
  engine,
  prefix,
  newId,
}: RedisRevocationsOptions): SharedRevocations {
  const from = newId()
  const channel = `${prefix}:auth:revoked`
  const revoked = (id: string) => `${prefix}:auth:revoked:${id}`
  const ended = (id: string) => `${prefix}:auth:ended:${id}`

  return {
    async announce({ ids, endedUntil }: RevocationNotice, lifetimeMs) {
      // The message first: it needs no room in a Redis that is full.
      const commands = redis.pipeline().publish(channel, JSON.stringify({ ids, endedUntil, from }))
      const key = endedUntil === null ? revoked : ended
      for (const id of ids) commands.set(key(id), 1, 'PX', Math.ceil(lifetimeMs))
      const replies = (await commands.exec()) ?? []
      for (const [error] of replies) if (error !== null) throw error
    },
    isEnded: async (fingerprint) => (await redis.exists(ended(fingerprint))) === 1,
    isRevoked: async (ids) => (await redis.exists(...ids.flatMap((id) => [revoked(id), ended(id)]))) > 0,
    async subscribe(listener) {
      const id = await engine.subscribe(
        channel,
        (said: unknown) => {
          const notice = message.safeParse(said)
          if (notice.success && notice.data.from !== from) listener(notice.data)
        },
        {},
      )
      return async () => engine.unsubscribe(id)
    },
  }
}
