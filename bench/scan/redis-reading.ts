/** What Redis says of itself: counts since it started, and memory now. */
import type { connectRedis } from '../../server/src/cache/redis.ts'

export interface RedisReading {
  /** Commands, those inside of scripts included. */
  commands: number
  /** Bytes from clients. */
  received: number
  /** Bytes to clients, subscribers included. */
  sent: number
  cpuMs: number
  /** Bytes. */
  memory: number
}

export async function readRedis(redis: Awaited<ReturnType<typeof connectRedis>>): Promise<RedisReading> {
  const text = await redis.info()
  const field = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)?.[1])
  return {
    commands: field('total_commands_processed'),
    received: field('total_net_input_bytes'),
    sent: field('total_net_output_bytes'),
    cpuMs: (field('used_cpu_user') + field('used_cpu_sys')) * 1000,
    memory: field('used_memory'),
  }
}
