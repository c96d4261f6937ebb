/** The first queries after each change, whose answers nobody can have ready: of many who ask at once, and of one. */
import { Agent } from 'node:http'
import { ask as askGraphQL } from '../../tests/support/server.ts'
import { pause } from '../../tests/support/until.ts'
import { now } from '../clock.ts'
import type { Pace } from '../part.ts'
import { figure, median, percentile, whole } from '../report/numbers.ts'
import { inRounds } from '../report/rounds.ts'
import type { Section } from '../report/section.ts'
import type { Ours } from '../servers/ours.ts'
import type { Publisher } from '../servers/publisher.ts'
import { resultsQuery } from './documents.ts'
import { request, type Asked } from './request.ts'
import type { QueryServers } from './servers.ts'

const CHANGES = 60
const WARM_UP = 120
const TOGETHER = 32
const NEEDED = 3
/** Until a server has heard of a change. */
const HEARING_MS = 15

/** Makes a change; the answer after it has another text than the one before. */
type Change = () => Promise<unknown>

interface Reader {
  server: Asked
  change: Change
  /** False where nothing changes, and every answer is made anew. */
  changes: boolean
}

/** Of as many answers as were asked for at once after one change. */
interface Answers {
  /** Until the last of them was there, by their number. */
  msEach: number
  /** Processor time of the client meanwhile, and how long that was. */
  clientMs: number
  elapsedMs: number
}

/** Operations of their own: the answer to one is not the answer to another. */
const ownQueries = Array.from({ length: TOGETHER }, (_, n) => resultsQuery.replace('Results', `Results${n}`))

export async function measureAfterAChange(
  servers: QueryServers,
  publisher: Publisher,
  symbol: string,
  { quick, rounds }: Pace,
): Promise<Section> {
  const { alone, withRedis, startPeer } = servers
  const nothing = async () => {}
  const readers: Record<string, Reader> = {
    'ours, a stock changed': { server: alone, change: stockChange(alone, symbol), changes: true },
    yoga: { server: await startPeer('yoga', 'parsed'), change: nothing, changes: false },
    'yoga, JIT': { server: await startPeer('yoga, JIT', 'parsed'), change: nothing, changes: false },
    'ours, Redis, a row changed': {
      server: withRedis,
      change: () => publisher.rescan(symbol),
      changes: true,
    },
    'ours, Redis, a stock changed': {
      server: withRedis,
      change: stockChange(withRedis, symbol),
      changes: true,
    },
    'yoga, Redis': { server: await startPeer('yoga', 'redis'), change: nothing, changes: false },
    'yoga, JIT, Redis': { server: await startPeer('yoga, JIT', 'redis'), change: nothing, changes: false },
  }
  const names = Object.keys(readers)
  const measure = (queries: string[], count: number) => async (name: string) => {
    const reader = readers[name]
    return reader === undefined ? [] : answersOf(reader, queries, count)
  }
  const measured = async (what: string, queries: string[]) => {
    await inRounds(1, names, `${what}, for the compilers`, measure(queries, quick ? 30 : WARM_UP))
    return inRounds(rounds, names, what, measure(queries, CHANGES))
  }
  const together = await measured('first queries after a change', ownQueries)
  const single = await measured('first query after a change', [resultsQuery])

  type Results = typeof single
  const ms = (results: Results, name: string) =>
    results.middle(name, (all) => median(all.map(({ msEach }) => msEach)))
  const p95 = (name: string) =>
    single.middle(name, (all) =>
      percentile(
        all.map(({ msEach }) => msEach),
        95,
      ),
    )
  const busy = (name: string) => together.middle(name, (all) => sum(all, 'clientMs') / sum(all, 'elapsedMs'))
  const yogaBeside = (name: string) => (name.includes('Redis') ? 'yoga, Redis' : 'yoga')
  const bySpeed = (results: Results, name: string) => ms(results, yogaBeside(name)) / ms(results, name)
  return {
    title: 'The first queries after a change',
    about: [
      `\`scanResults\` after each of ${CHANGES} changes; ${rounds} interleaved rounds, medians.`,
      `*Together*: ${TOGETHER} connections ask at once, each for an operation of its own, so that no answer serves another: answers per second until the last is there.`,
      '*Alone*: one client, one connection, nothing else to do; its figures contain what the client and HTTP take.',
      'Ours: a run of another server replaces a row, or a stock’s value is changed by `updateStock`; each answer is checked to be another one.',
      'Yoga has the same schema, and for each query reads the JSON text of each ticker: from its own memory, or (*Redis*) fetched from Redis by one HGETALL. It has no cache, so every query is like the first after a change.',
    ].join(' '),
    tables: [
      [
        [
          'server',
          'together, per second',
          'yoga’s beside it',
          'client busy',
          'alone, ms',
          'p95 ms',
          'yoga’s beside it',
        ],
        ...names.map((name) => [
          name,
          whole(1000 / ms(together, name)),
          figure(bySpeed(together, name)),
          `${whole(100 * busy(name))} %`,
          figure(ms(single, name)),
          figure(p95(name)),
          figure(bySpeed(single, name)),
        ]),
      ],
    ],
    findings: [],
    bounds: names
      .filter((name) => readers[name]?.changes === true)
      .map((name) => ({
        what: `First scanResults after a change, ${name}: as many a second as ${yogaBeside(name)}`,
        measured: bySpeed(together, name),
        needed: NEEDED,
        is: 'at least' as const,
      })),
  }
}

const sum = (all: Answers[], what: keyof Answers) => all.reduce((total, one) => total + one[what], 0)

/** @throws when an answer after a change is the one before it */
export async function answersOf(
  { server, change, changes }: Reader,
  queries: string[],
  count: number,
): Promise<Answers[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: queries.length })
  const all: Answers[] = []
  let before = queries.map(() => '')
  for (let n = 0; n < count; n += 1) {
    await change()
    await pause(HEARING_MS)
    const cpuBefore = process.cpuUsage()
    const began = now()
    const bodies = await Promise.all(queries.map(async (query) => (await request(agent, server, query)).body))
    const elapsedMs = now() - began
    const { user, system } = process.cpuUsage(cpuBefore)
    all.push({ msEach: elapsedMs / queries.length, clientMs: (user + system) / 1000, elapsedMs })
    const failed = bodies.find((body) => body.includes('"errors"'))
    if (failed !== undefined) throw new Error(`${server.url} answered ${failed.slice(0, 300)}`)
    if (changes && bodies.some((body, index) => body === before[index]))
      throw new Error('An answer after a change was the one before it.')
    before = bodies
  }
  agent.destroy()
  return all
}

/** Another value each time. */
function stockChange({ url, cookie }: Ours, symbol: string): Change {
  let value = 100
  const mutation = `mutation ($symbol: String!, $input: UpdateStockInput!) {
    updateStock(symbol: $symbol, input: $input) { symbol }
  }`
  return async () => {
    value += 1
    const input = { preferredModel: 'EPS', intrinsicValueEps: { value } }
    const { errors } = await askGraphQL(url, cookie, mutation, { symbol, input })
    if (errors !== undefined) throw new Error(JSON.stringify(errors))
  }
}
