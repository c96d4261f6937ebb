/** Counts shared by all servers: in Redis, or in this process while Redis is away or when there is none. */
import type { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterRedis, type RateLimiterAbstract } from 'rate-limiter-flexible'
import type { Log } from '../scan/ports.ts'

export interface Count {
  count: number
  /** Until the count begins anew; 0 when there is nothing. */
  resetMs: number
}

/** Never throws. */
export interface Counters {
  /** @param windowMs whole seconds (a part of one counts as one), beginning with the first that is added */
  add(key: string, amount: number, windowMs: number): Promise<Count>
  peek(key: string): Promise<Count>
  clear(key: string): Promise<void>
}

export interface CountersOptions {
  redis: Redis | null
  /** E.g. `wheel_analyzer:1`. */
  prefix: string
  log: Log
}

export function createCounters({ redis, prefix, log }: CountersOptions): Counters {
  // Who counts decides what is too much: here nothing is.
  const options = { points: Number.MAX_SAFE_INTEGER, duration: 60, keyPrefix: `${prefix}:counts` }
  const memory = new RateLimiterMemory(options)
  const shared =
    redis && new RateLimiterRedis({ ...options, storeClient: redis, rejectIfRedisNotReady: true })
  let isAway = false

  async function ask<T>(question: (limiter: RateLimiterAbstract) => Promise<T>): Promise<T> {
    if (shared === null) return question(memory)
    try {
      const answer = await question(shared)
      isAway = false
      return answer
    } catch (err) {
      if (!isAway) log.warn({ err }, 'Redis does not answer: each server counts requests for itself.')
      isAway = true
      return question(memory)
    }
  }

  return {
    async add(key, amount, windowMs) {
      const customDuration = Math.ceil(windowMs / 1000)
      const { consumedPoints, msBeforeNext } = await ask((limiter) =>
        limiter.penalty(key, amount, { customDuration }),
      )
      return { count: consumedPoints, resetMs: msBeforeNext }
    },
    async peek(key) {
      const found = await ask((limiter) => limiter.get(key))
      return { count: found?.consumedPoints ?? 0, resetMs: Math.max(0, found?.msBeforeNext ?? 0) }
    },
    async clear(key) {
      await ask((limiter) => limiter.delete(key))
    },
  }
}
