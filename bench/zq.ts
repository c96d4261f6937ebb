import { measureAfterAChange } from './queries/after-a-change.ts'
import { asText } from './report/section.ts'
import { startQueryServers } from './queries/servers.ts'
import { connectPublisher } from './servers/publisher.ts'
const servers = await startQueryServers()
const publisher = await connectPublisher(servers.redisUrl)
const symbol = JSON.parse(servers.answer).data.scanResults.tickers[0].symbol
process.stdout.write(asText(await measureAfterAChange(servers, publisher, symbol, { quick: process.argv.includes('--quick'), rounds: +process.argv[2] })))
publisher[Symbol.dispose]()
await servers[Symbol.asyncDispose]()
process.exit()
