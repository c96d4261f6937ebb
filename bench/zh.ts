import { load } from './queries/load.ts'
import { resultsQuery } from './queries/documents.ts'
import { startQueryServers } from './queries/servers.ts'
const [kinds, rounds] = process.argv.slice(2)
const servers = await startQueryServers()
const all: Record<string, { url: string; cookie?: string; begin(): Promise<void>; end(): Promise<{ cpuMs: number }> }> = { raw: await servers.startPeer('raw', 'given'), ours: servers.alone, redis: servers.withRedis }
const names = kinds!.split(',')
const ask = async (name: string, seconds: number) => {
  const s = all[name]!
  await s.begin()
  const r = await load({ url: s.url, path: '/graphql', headers: { 'content-type': 'application/json', accept: 'application/json', ...(s.cookie !== undefined && { cookie: s.cookie }) }, body: JSON.stringify({ query: resultsQuery }), connections: 32, seconds })
  const { cpuMs } = await s.end()
  return { ...r, cpuUs: (cpuMs * 1000) / (r.perSecond * seconds) }
}
for (const n of names) await ask(n, 3)
for (let i = 0; i < +rounds!; i++) for (const n of names) { const r = await ask(n, 3); console.log(n, r.perSecond.toFixed(0), 'cpu', r.cpuUs.toFixed(1), 'busy', r.busy.toFixed(2)) }
await servers[Symbol.asyncDispose]()
process.exit()
