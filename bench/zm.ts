import { answersOf } from './queries/after-a-change.ts'
import { median } from './report/numbers.ts'
import { resultsQuery } from './queries/documents.ts'
import { startQueryServers } from './queries/servers.ts'
import { connectPublisher } from './servers/publisher.ts'
const [n, count] = process.argv.slice(2)
const qs = +n! === 1 ? [resultsQuery] : Array.from({ length: +n! }, (_, i) => resultsQuery.replace('Results', `Results${i}`))
const servers = await startQueryServers()
const publisher = await connectPublisher(servers.redisUrl)
const symbol = JSON.parse(servers.answer).data.scanResults.tickers[0].symbol
const server = servers.withRedis
const change = () => publisher.rescan(symbol)
const run = async (c: number) => median((await answersOf({ server, change, changes: true }, qs, c)).map((a) => a.msEach))
for (let i = 0; i < 3; i++) console.log(await run(60))
await server.begin()
console.log('measured', await run(+count!), (await server.end()).cpuMs / +count!)
publisher[Symbol.dispose]()
await servers[Symbol.asyncDispose]()
process.exit()
