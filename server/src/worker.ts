/** The scan worker's process: takes tickers from the queue, beside servers that only ask for scans. */
import { describeRedis, redisAddress } from './cache/redis-address.ts'
import { closeable } from './closing.ts'
import { readEnv } from './env.ts'
import { openFoundation } from './foundation.ts'
import { createLog, readableLines } from './log.ts'
import { createOpsServer } from './ops/ops-server.ts'
import { startTracing } from './ops/tracing.ts'
import { CannotStart, runProcess, stopOnSignal } from './process.ts'

/** After this long, what has not ended by itself is cut off; its jobs go to another worker. */
const SHUTDOWN_MS = 4_500

void runProcess(async () => {
  const env = readEnv(process.env)
  const address = redisAddress(env)
  if (address === null)
    throw new CannotStart('A scan worker gets its work through Redis: set REDIS_URL (or REDIS_SENTINELS).')
  if (env.DATABASE_URL === undefined)
    throw new CannotStart('A scan worker shares its database with the servers: set DATABASE_URL.')
  const log = createLog(env.LOG_LEVEL, await readableLines())
  const stopTracing = await startTracing(env, log)
  const { marketData, description, ops, opsUrl, close } = await closeable(log, async (onClose) => {
    const foundation = await openFoundation(env, log, onClose)
    const opsUrl = env.WORKER_PORT === undefined ? null : await serveOps(env.WORKER_PORT)
    foundation.worker.open()
    onClose(() => foundation.worker.close())
    return { ...foundation, opsUrl }

    async function serveOps(port: number): Promise<string> {
      const server = await createOpsServer({ host: env.HOST, port }, foundation.ops).catch((error: Error) => {
        throw new CannotStart(`WORKER_PORT ${port} of HOST ${env.HOST} cannot be had: ${error.message}.`)
      })
      onClose(() => server.close())
      return server.url
    }
  })
  stopOnSignal(async () => {
    ops.health.stop()
    await close()
    await stopTracing()
  }, SHUTDOWN_MS)
  process.stdout.write(
    [
      '',
      '  Wheel Analyzer’s scan worker is ready.',
      '',
      `  Quotes    ${marketData.description}`,
      `  Database  ${description.database}`,
      `  Queue     ${describeRedis(address)}, ${env.SCAN_CONCURRENCY} tickers at a time`,
      ...(opsUrl === null ? [] : [`  Health    ${opsUrl}/health/ready`]),
      '',
      '',
    ].join('\n'),
  )
})
