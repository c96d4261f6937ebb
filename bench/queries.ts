/**
 * `npm run bench queries`: a repeated `scanResults`, beside plain `node:http` that sends the same bytes and other
 * GraphQL servers with and without their caches; the first one after a change, beside Yoga; and larger ones.
 */
import type { Part } from './part.ts'
import { measureAfterAChange } from './queries/after-a-change.ts'
import { measureGrowth } from './queries/growth.ts'
import { measureRepeated } from './queries/repeated.ts'
import { startQueryServers } from './queries/servers.ts'
import { connectPublisher } from './servers/publisher.ts'

export const measureQueries: Part = async (pace) => {
  await using servers = await startQueryServers()
  using publisher = await connectPublisher(servers.redisUrl)
  const repeated = await measureRepeated(servers, pace)
  const [changed] = (await publisher.cache.read()).tickers
  if (changed === undefined) throw new Error('The scan has found nothing.')
  const afterAChange = await measureAfterAChange(servers, publisher, changed.symbol, pace)
  if (pace.quick) return [repeated, afterAChange]
  return [repeated, afterAChange, await measureGrowth(servers.withRedis, publisher)]
}
