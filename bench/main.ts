/**
 * What `npm run bench` runs: the named parts, or all, one after the other. `--quick`: a fast look, one round of less.
 * `--write`: into docs/performance.md, when all parts were measured in full.
 */
import { resolve } from 'node:path'
import { measureFanOut } from './fan-out.ts'
import type { Part } from './part.ts'
import { measureQueries } from './queries.ts'
import { measureReading } from './reading.ts'
import { boundRow, boundsHead, isKept } from './report/bound.ts'
import { describeMachine } from './report/machine.ts'
import { figure } from './report/numbers.ts'
import { say } from './report/progress.ts'
import { asText, writePage, type Section } from './report/section.ts'
import { measureStalledReader } from './stalled-reader.ts'
import { measureStart } from './start.ts'

const parts: Record<string, Part> = {
  'fan-out': measureFanOut,
  'stalled-reader': measureStalledReader,
  queries: measureQueries,
  start: measureStart,
  reading: measureReading,
}
const ROUNDS = 3

const quick = process.argv.includes('--quick')
const named = process.argv.slice(2).filter((word) => word in parts)
const chosen = named.length > 0 ? named : Object.keys(parts)
const machine = describeMachine()
process.stdout.write(`${machine}\n\n`)

const sections: Section[] = []
for (const name of chosen) {
  const began = performance.now()
  const measured = (await parts[name]?.({ quick, rounds: quick ? 1 : ROUNDS })) ?? []
  say('')
  for (const section of measured) process.stdout.write(asText(section))
  process.stdout.write(`(${name} took ${figure((performance.now() - began) / 60_000)} minutes)\n\n`)
  sections.push(...measured)
}

const summary = summarized(sections)
process.stdout.write(asText(summary))
if (process.argv.includes('--write')) await write()

function summarized(all: Section[]): Section {
  const bounds = all.flatMap(({ bounds = [] }) => bounds)
  return {
    title: 'What is needed, and what was measured',
    about: 'Ratios, where no unit is named. One machine’s noise is about ± 25 %.',
    tables: [[boundsHead, ...bounds.map(boundRow)]],
    findings: [`${bounds.filter(isKept).length} of ${bounds.length} kept.`],
  }
}

async function write(): Promise<void> {
  if (quick || chosen.length < Object.keys(parts).length) {
    process.stdout.write('Not written: only a full run of all parts is.\n')
    return
  }
  const head = [
    '# Performance',
    '<!-- Written by bench/main.ts (`npm run bench -- --write`); edit that. -->',
    `Measured by \`npm run bench\` on one machine: ${machine}. Everything side by side, servers and clients in processes of their own, ${ROUNDS} interleaved rounds, medians. Read the ratios: the absolute numbers are that machine's. What scans cost is in [scale.md](scale.md).`,
  ]
  const page = resolve(import.meta.dirname, '../docs/performance.md')
  await writePage(page, head, [summary, ...sections])
}
