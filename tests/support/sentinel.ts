/** A master, its replica, and three sentinels that agree within a second that the master has failed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { startRedis, startRedisProcess, type RedisServer } from './redis-server.ts'
import { until } from './until.ts'

export interface SentinelGroup extends AsyncDisposable {
  master: RedisServer
  replica: RedisServer
  sentinels: RedisServer[]
  /** As in REDIS_SENTINELS. */
  list: string
  /** Port of the Redis that the last sentinel calls the master. */
  masterPort(): Promise<number>
}

const NAME = 'mymaster'

export async function startSentinelGroup(): Promise<SentinelGroup> {
  const master = await startRedis({ appendonly: true })
  const replica = await startRedis({ appendonly: true, replicaOf: master.port })
  const sentinels = await Promise.all([1, 2, 3].map(() => startSentinel(master.port)))
  const asked = sentinels.map(({ url }) => new Redis(url))
  for (const sentinel of asked) sentinel.on('error', () => {})
  const masterPort = async () => {
    const address = await asked.at(-1)?.call('SENTINEL', 'get-master-addr-by-name', NAME)
    return Array.isArray(address) ? Number(address[1]) : 0
  }

  // A sentinel that knows neither the replica nor the others cannot fail over.
  await until(async () => {
    const seen = await Promise.all(asked.map((sentinel) => sentinel.call('SENTINEL', 'master', NAME)))
    return (seen as string[][]).every((fields) => {
      const field = (name: string) => fields[fields.indexOf(name) + 1]
      return field('num-slaves') === '1' && field('num-other-sentinels') === '2'
    })
  }, 20_000)
  const copy = new Redis(replica.url)
  await until(async () => (await copy.info('replication')).includes('master_link_status:up'))
  copy.disconnect()

  return {
    master,
    replica,
    sentinels,
    list: sentinels.map(({ port }) => `127.0.0.1:${port}`).join(','),
    masterPort,
    async [Symbol.asyncDispose]() {
      for (const sentinel of asked) sentinel.disconnect()
      for (const server of [...sentinels, replica, master]) await server[Symbol.asyncDispose]()
    },
  }
}

async function startSentinel(masterPort: number): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'wheel-sentinel-'))
  const file = join(folder, 'sentinel.conf')
  const lines = [
    `dir ${folder}`,
    `sentinel monitor ${NAME} 127.0.0.1 ${masterPort} 2`,
    `sentinel down-after-milliseconds ${NAME} 700`,
    `sentinel failover-timeout ${NAME} 3000`,
  ]
  writeFileSync(file, lines.join('\n'))
  return startRedisProcess([file, '--sentinel'], () => rmSync(folder, { recursive: true, force: true }))
}
