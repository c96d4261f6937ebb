/**
 * `npm run bench start`: from spawning a server to its first correct answer. Ours is the bundle, on a Postgres that has
 * been migrated, with and without Redis; the others are bundled the same way, and have no database.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Part } from './part.ts'
import { figure, median } from './report/numbers.ts'
import { inRounds } from './report/rounds.ts'
import { dist, settingsOf, startOurs, type Stores } from './servers/ours.ts'
import { startStores } from './servers/stores.ts'
import { bundlePeers } from './start/bundle.ts'
import { firstAnswerMs, type Program } from './start/first-answer.ts'

const STARTS = 7

export const measureStart: Part = async ({ quick, rounds }) => {
  await using stores = await startStores()
  const folder = mkdtempSync(join(tmpdir(), 'wheel-bench-start-'))
  try {
    const programs = { ...(await bundlePeers(folder)), ...(await ours(stores, folder)) }
    const names = Object.keys(programs)
    const starts = quick ? 3 : STARTS
    const results = await inRounds(rounds, names, 'start', async (name) => {
      const program = programs[name]
      const all: number[] = []
      if (program === undefined) return all
      for (let n = 0; n < starts; n += 1) all.push(await firstAnswerMs(program))
      return all
    })
    const ms = (name: string) => results.middle(name, median)
    const isOurs = (name: string) => name.startsWith('ours')
    return [
      {
        title: 'Cold start',
        about: `From spawning the process until its first correct answer to \`{ scanStatus { state } }\`; medians of ${rounds} interleaved rounds of ${starts} starts. All are bundled by rolldown. Ours is signed in, with a database that has been migrated; the others have neither.`,
        tables: [
          [
            ['server', 'ms', 'beside node:http'],
            ...names.map((name) => [name, figure(ms(name)), figure(ms(name) / ms('node:http'))]),
          ],
        ],
        findings: [],
        bounds: names.filter(isOurs).map((name) => ({
          what: `Cold start, ${name}, beside plain node:http`,
          measured: ms(name) / ms('node:http'),
          needed: 2.5,
          is: 'at most' as const,
        })),
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function ours(stores: Stores, folder: string): Promise<Record<string, Program>> {
  const dataDir = resolve(folder, 'data')
  const cookie = await prepared(stores, dataDir)
  const database = stores.databaseUrl === null ? 'embedded database' : 'Postgres'
  const program = (redisUrl: string | null): Program => ({
    args: ['server/main.js'],
    cwd: dist,
    env: settingsOf({ ...stores, redisUrl }, dataDir),
    cookie,
    portOf: (said) => /is ready:\s+\S+:(\d+)/.exec(said)?.[1],
  })
  return {
    [`ours, ${database}`]: program(null),
    [`ours, ${database} and Redis`]: program(stores.redisUrl),
  }
}

/** Migrated, with somebody who has signed in: sessions outlive the server. */
async function prepared(stores: Stores, dataDir: string): Promise<string> {
  await using server = await startOurs(stores, dataDir)
  return server.cookie
}
