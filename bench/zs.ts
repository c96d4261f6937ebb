import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from './report/numbers.ts'
import { dist, settingsOf, startOurs } from './servers/ours.ts'
import { startStores } from './servers/stores.ts'
import { firstAnswerMs, type Program } from './start/first-answer.ts'
const [n, prof] = process.argv.slice(2)
const stores = await startStores()
const folder = mkdtempSync(join(tmpdir(), 'wheel-bench-start-'))
const first = await startOurs(stores, folder)
const cookie = first.cookie
await first[Symbol.asyncDispose]()
const program = (redisUrl: string | null, args: string[] = []): Program => ({ args: [...args, 'server/main.js'], cwd: dist, env: settingsOf({ ...stores, redisUrl }, folder), cookie, portOf: (said) => /is ready:\s+\S+:(\d+)/.exec(said)?.[1] })
const http: Program = { args: ['/tmp/keep/http.cjs'], cwd: dist, env: { PATH: process.env['PATH'] }, portOf: (said) => /:(\d+)/.exec(said)?.[1] }
const t = { http: [] as number[], pg: [] as number[], redis: [] as number[] }
for (let i = 0; i < +n!; i++) { t.http.push(await firstAnswerMs(http)); t.pg.push(await firstAnswerMs(program(null))); t.redis.push(await firstAnswerMs(program(stores.redisUrl))) }
for (const [k, v] of Object.entries(t)) console.log(k, median(v).toFixed(0), (median(v) / median(t.http)).toFixed(2))
if (prof) { console.log(await firstAnswerMs(program(prof === 'redis' ? stores.redisUrl : null, ['--import', '/tmp/keep/startprof.mjs']))) }
rmSync(folder, { recursive: true, force: true })
await stores[Symbol.asyncDispose]()
process.exit()
