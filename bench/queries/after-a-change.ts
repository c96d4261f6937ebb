/** The first query after each change, which nobody can have ready: how long its answer takes. */
import { Agent } from 'node:http'
import { ask as askGraphQL } from '../../tests/support/server.ts'
import { pause } from '../../tests/support/until.ts'
import type { Pace } from '../part.ts'
import { figure, median, percentile } from '../report/numbers.ts'
import { inRounds } from '../report/rounds.ts'
import type { Section } from '../report/section.ts'
import type { Ours } from '../servers/ours.ts'
import type { Publisher } from '../servers/publisher.ts'
import { resultsQuery } from './documents.ts'
import { request, type Asked } from './request.ts'
import type { QueryServers } from './servers.ts'

const CHANGES = 60
const WARM_UP = 120
/** Until a server has heard of a change. */
const HEARING_MS = 15

/** Makes a change; the answer after it has another text than the one before. */
type Change = () => Promise<unknown>

export interface Reader {
  server: Asked
  change: Change
  /** False where nothing changes, and every answer is made anew. */
  changes: boolean
}

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
  const measure = (count: number) => async (name: string) => {
    const reader = readers[name]
    return reader === undefined ? [] : latencies(reader, count)
  }
  await inRounds(1, names, 'first query after a change, for the compilers', measure(quick ? 30 : WARM_UP))
  const results = await inRounds(rounds, names, 'first query after a change', measure(CHANGES))

  const ms = (name: string) => results.middle(name, median)
  const bound = (ours: string, yoga: string) => ({
    what: `First scanResults after a change, ${ours}: times as fast as ${yoga}`,
    measured: ms(yoga) / ms(ours),
    needed: 3,
    is: 'at least' as const,
  })
  return {
    title: 'The first query after a change',
    about: [
      `The same \`scanResults\`, asked once after each of ${CHANGES} changes, by one client over one connection; ${rounds} interleaved rounds, medians.`,
      'Ours: a run of another server replaces a row, or a stock’s value is changed by `updateStock`; each answer is checked to be another one.',
      'Yoga has the same schema, and for each query reads the JSON text of each ticker, as ours has to: from its own memory, or (*Redis*) fetched from Redis by one HGETALL. It has no cache, so every query is like the first after a change.',
    ].join(' '),
    tables: [
      [
        ['server', 'ms', 'p95 ms', 'yoga’s beside it'],
        ...names.map((name) => [
          name,
          figure(ms(name)),
          figure(results.middle(name, (all) => percentile(all, 95))),
          figure(ms(name.includes('Redis') ? 'yoga, Redis' : 'yoga') / ms(name)),
        ]),
      ],
    ],
    findings: [],
    bounds: [
      bound('ours, a stock changed', 'yoga'),
      bound('ours, Redis, a row changed', 'yoga, Redis'),
      bound('ours, Redis, a stock changed', 'yoga, Redis'),
    ],
  }
}

/** @throws when an answer after a change is the one before it */
export async function latencies({ server, change, changes }: Reader, count: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const all: number[] = []
  let before = ''
  for (let n = 0; n < count; n += 1) {
    await change()
    await pause(HEARING_MS)
    const { ms, body } = await request(agent, server, resultsQuery)
    if (body.includes('"errors"')) throw new Error(`${server.url} answered ${body.slice(0, 300)}`)
    if (changes && body === before) throw new Error('An answer after a change was the one before it.')
    before = body
    all.push(ms)
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
