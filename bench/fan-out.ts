/**
 * `npm run bench fan-out`: one event to many subscribers of one operation. Ours is the production bundle, signed in by
 * cookie, with rights and limits; beside it the least possible, a broadcast of ready bytes over `ws` and over
 * `node:http`, and other GraphQL servers without sign-in. Everybody hears of each event through the same Redis.
 */
import { sampleOf } from './fan-out/documents.ts'
import { measure, type Group, type Kind, type Measured, type Setting } from './fan-out/measure.ts'
import { fanOutSections, type MeasuredGroup } from './fan-out/report.ts'
import type { Part } from './part.ts'
import { inRounds } from './report/rounds.ts'
import { whole } from './report/numbers.ts'
import { scan, startOurs } from './servers/ours.ts'
import { connectPublisher } from './servers/publisher.ts'
import { startStores, type OwnStores } from './servers/stores.ts'

const everybody: Kind[] = ['raw', 'ours', 'yoga', 'apollo', 'mercurius']
const overStreams: Kind[] = ['raw', 'ours', 'yoga']
const floor: Kind[] = ['raw', 'ours']

const groups: Group[] = [
  { transport: 'WebSocket', document: 'status', subscribers: 100, kinds: everybody },
  { transport: 'WebSocket', document: 'status', subscribers: 1_000, kinds: everybody },
  { transport: 'WebSocket', document: 'status', subscribers: 10_000, kinds: everybody },
  { transport: 'WebSocket', document: 'rows', subscribers: 1_000, kinds: floor },
  { transport: 'WebSocket', document: 'rows', subscribers: 10_000, kinds: floor },
  { transport: 'SSE', document: 'status', subscribers: 1_000, kinds: overStreams },
  { transport: 'SSE', document: 'status', subscribers: 10_000, kinds: overStreams },
  { transport: 'SSE', document: 'rows', subscribers: 1_000, kinds: floor },
]
const quickGroups: Group[] = [
  { transport: 'WebSocket', document: 'status', subscribers: 1_000, kinds: everybody },
  { transport: 'WebSocket', document: 'status', subscribers: 10_000, kinds: floor },
  { transport: 'SSE', document: 'status', subscribers: 1_000, kinds: overStreams },
]

export const measureFanOut: Part = async ({ quick, rounds }) => {
  await using stores = await startStores()
  const setting = await prepare(stores)
  const measured: MeasuredGroup[] = []
  for (const group of quick ? quickGroups : groups) {
    const { transport, document, subscribers, kinds } = group
    const what = `${transport}, ${document}, ${whole(subscribers)} subscribers`
    const queriesMeanwhile = transport === 'WebSocket' && document === 'status' && subscribers >= 10_000
    const results = await inRounds<Kind, Measured>(rounds, kinds, what, (kind) =>
      measure({ kind, transport, document, subscribers }, setting, queriesMeanwhile),
    )
    measured.push({ ...group, results })
  }
  return fanOutSections(measured, setting, rounds)
}

/** Has results scanned, and sees what ours tells of a change of one of them. */
async function prepare(stores: OwnStores): Promise<Setting> {
  using publisher = await connectPublisher(stores.redisUrl)
  await using ours = await startOurs(stores)
  await scan(ours)
  const { tickers } = await publisher.cache.read()
  const bySize = tickers.toSorted((a, b) => a.options.length - b.options.length)
  const typical = bySize[bySize.length >> 1]
  if (typical === undefined) throw new Error('The scan has found nothing.')
  const symbols = [typical.symbol]
  const samples = {
    status: await sampleOf(ours, publisher, 'status', symbols),
    rows: await sampleOf(ours, publisher, 'rows', symbols),
  }
  return { stores, symbols, samples }
}
