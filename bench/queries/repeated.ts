/** The same query again and again, while nothing changes. */
import type { Pace } from '../part.ts'
import { figure, whole } from '../report/numbers.ts'
import { inRounds } from '../report/rounds.ts'
import type { Section } from '../report/section.ts'
import type { RunningServer } from '../servers/running.ts'
import { resultsQuery } from './documents.ts'
import { load } from './load.ts'
import { pathOf, type QueryServers } from './servers.ts'

const SECONDS = 4
const WARM_UP_SECONDS = 2
const CONNECTIONS = 32
const CLIENT_LIMIT = 0.9
const cachedPeers = ['yoga, cached', 'mercurius, cached', 'apollo, cached']
const peers = ['raw', 'yoga', 'yoga, JIT', 'mercurius', 'mercurius, JIT', 'apollo', ...cachedPeers]
const ours = ['ours', 'ours, Redis']

export async function measureRepeated(servers: QueryServers, { quick, rounds }: Pace): Promise<Section> {
  const running = new Map<string, RunningServer & { cookie?: string }>()
  running.set('ours', servers.alone).set('ours, Redis', servers.withRedis)
  for (const kind of peers) running.set(kind, await servers.startPeer(kind, 'given'))
  const names = [...running.keys()]

  const ask = async (name: string, seconds: number) => {
    const server = running.get(name)
    if (server === undefined) throw new Error(`There is no server ${name}.`)
    await server.begin()
    const result = await load({
      url: server.url,
      path: pathOf(name),
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(server.cookie !== undefined && { cookie: server.cookie }),
      },
      body: JSON.stringify({ query: resultsQuery }),
      connections: CONNECTIONS,
      seconds,
    })
    const { cpuMs } = await server.end()
    return { ...result, cpuUs: (cpuMs * 1000) / (result.perSecond * seconds) }
  }
  await inRounds(1, names, 'repeated query, for the compilers', (name) => ask(name, WARM_UP_SECONDS))
  const results = await inRounds(rounds, names, 'repeated query', (name) => ask(name, quick ? 2 : SECONDS))
  for (const kind of peers) await running.get(kind)?.[Symbol.asyncDispose]()

  const rate = (name: string) => results.middle(name, ({ perSecond }) => perSecond)
  const busy = (name: string) => results.middle(name, ({ busy }) => busy)
  const best = Math.max(...cachedPeers.map(rate))
  return {
    title: 'A repeated query',
    about: `\`scanResults\` of ${whole(servers.answer.length / 1000)} kB, ${CONNECTIONS} connections, ${rounds} interleaved rounds of ${quick ? 2 : SECONDS} s, medians. Ours is the bundle, signed in by cookie, with rights and limits, alone and on Redis; the others have the data at hand, and do without sign-in. *Raw* is \`node:http\` that reads a POST and sends the same bytes.`,
    tables: [
      [
        ['server', 'per second', 'beside raw', 'CPU µs each', 'client busy', 'failures'],
        ...names.map((name) => [
          name,
          whole(rate(name)),
          figure(rate(name) / rate('raw')),
          figure(results.middle(name, ({ cpuUs }) => cpuUs)),
          `${whole(100 * busy(name))} %`,
          whole(results.all(name).reduce((sum, { failures }) => sum + failures, 0)),
        ]),
      ],
    ],
    findings: names
      .filter((name) => busy(name) > CLIENT_LIMIT)
      .map((name) => `${name}: the client was the bottleneck; the server could do more.`),
    bounds: ours.flatMap((name) => [
      {
        what: `Repeated scanResults, ${name}, beside plain node:http`,
        measured: rate(name) / rate('raw'),
        needed: 0.7,
        is: 'at least' as const,
      },
      {
        what: `Repeated scanResults, ${name}, beside the best of the others’ caches`,
        measured: rate(name) / best,
        needed: 15,
        is: 'at least' as const,
      },
    ]),
  }
}
