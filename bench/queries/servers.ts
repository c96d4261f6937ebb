/** The servers that are asked for results, side by side: ours with and without Redis, and the others. */
import { Agent } from 'node:http'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scan, startOurs, type Ours } from '../servers/ours.ts'
import { startPeer } from '../servers/peer.ts'
import type { RunningServer } from '../servers/running.ts'
import { startStores } from '../servers/stores.ts'
import { resultsQuery } from './documents.ts'
import { request } from './request.ts'

/** What a resolver of the others has to do for the rows: nothing, read their texts, or fetch these from Redis first. */
export type Rows = 'given' | 'parsed' | 'redis'

export interface QueryServers extends AsyncDisposable {
  redisUrl: string
  /** Everything in the process, but the database. */
  alone: Ours
  withRedis: Ours
  /** What ours answers. */
  answer: string
  startPeer(kind: string, rows: Rows): Promise<RunningServer>
}

export async function startQueryServers(): Promise<QueryServers> {
  const started: AsyncDisposable[] = []
  const folder = mkdtempSync(join(tmpdir(), 'wheel-bench-'))
  const agent = new Agent({ keepAlive: true })
  const dispose = async () => {
    agent.destroy()
    for (const one of started.toReversed()) await one[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
  const keep = <T extends AsyncDisposable>(one: T): T => {
    started.push(one)
    return one
  }
  try {
    const { redisUrl, databaseUrl } = keep(await startStores())
    const withRedis = keep(await startOurs({ redisUrl, databaseUrl }))
    const alone = keep(await startOurs({ redisUrl: null, databaseUrl }))
    await scan(alone)
    await scan(withRedis)
    const { body: answer } = await request(agent, withRedis, resultsQuery)
    if (answer.includes('"errors"')) throw new Error(`Our server answered ${answer.slice(0, 300)}`)
    const file = join(folder, 'answer.json')
    writeFileSync(file, answer)
    return {
      redisUrl,
      alone,
      withRedis,
      answer,
      startPeer: async (kind, rows) =>
        keep(await startPeer('queries.mjs', { kind, rows, redisUrl, answer: file })),
      [Symbol.asyncDispose]: dispose,
    }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Where Apollo Server, on its own, answers. */
export const pathOf = (kind: string) => (kind.startsWith('apollo') ? '/' : '/graphql')
