/**
 * `npm run bench scan [-- --write]`: what scans cost: time beside the least possible, growth with tickers and workers.
 * Takes about ten minutes; `--write` keeps the result in docs/scale.md.
 */
import { resolve } from 'node:path'
import { programs } from '../tests/support/programs.ts'
import { startRedis } from '../tests/support/redis-server.ts'
import { describeMachine } from './report/machine.ts'
import { say } from './report/progress.ts'
import { asText, writePage, type Section } from './report/section.ts'
import { measureGrowth } from './scan/growth.ts'
import { measureTimes } from './scan/times.ts'
import { measureWorkers } from './scan/workers.ts'

const machine = describeMachine()
const sections: Section[] = []
async function report(measuring: Promise<Section>): Promise<void> {
  const section = await measuring
  sections.push(section)
  say('')
  process.stdout.write(asText(section))
}

process.stdout.write(`${machine}\n\n`)
await using redis = programs.redis === null ? null : await startRedis({ appendonly: true })
await report(measureTimes(redis?.url ?? null))
await report(measureGrowth(redis?.url ?? null))
if (redis !== null) await report(measureWorkers(redis.url))

if (process.argv.includes('--write')) {
  const head = [
    '# Scale',
    '<!-- Written by bench/scan.ts (`npm run bench scan -- --write`); edit that. -->',
    `What scans cost, measured by \`npm run bench scan\` on one machine: ${machine}. Read the ratios: the absolute numbers are that machine's. The vendor is simulated, its chains are the simulated market's (about 490 contracts each, 3 or 4 kept on average); cache, queue, events and limiter are the real ones; the database is left out. Redis writes its append-only file.`,
  ]
  await writePage(resolve(import.meta.dirname, '../docs/scale.md'), head, sections)
}
