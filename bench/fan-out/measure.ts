/** One measurement: a server, its subscribers, and some events, each published when everybody has the one before. */
import { openAudience, type AudienceTask } from '../audience/audience.ts'
import { connectPublisher } from '../servers/publisher.ts'
import { startOurs, type Ours, type Stores } from '../servers/ours.ts'
import { startPeer } from '../servers/peer.ts'
import type { RunningServer } from '../servers/running.ts'
import { documents, type DocumentName, type ScanStatus } from './documents.ts'
import { measureQueries } from './queries-meanwhile.ts'
import { pause } from '../../tests/support/until.ts'

export type Kind = 'raw' | 'ours' | 'yoga' | 'apollo' | 'mercurius'

export interface Case {
  kind: Kind
  transport: 'WebSocket' | 'SSE'
  subscribers: number
  document: DocumentName
}

/** What is measured side by side. */
export type Group = Omit<Case, 'kind'> & { kinds: Kind[] }

export interface Setting {
  stores: Stores & { redisUrl: string }
  /** Symbols of the rows that change with each event. */
  symbols: string[]
  samples: Record<DocumentName, ScanStatus>
}

export interface Measured {
  /** Of the server, for one event to one subscriber. */
  cpuUs: number
  /** From the publishing until the last subscriber has it. */
  lastMs: number
  /** Of the process, for one connection. */
  rssBytes: number
  /** Of JavaScript, for one connection. */
  heldBytes: number
  /** The longest block of the server's event loop. */
  blockedMs: number
  /** Share of a core that the subscribers' process needed. */
  clientBusy: number
  /** Results that did not come, or not in their place. */
  faults: number
  /** Latencies of `scanResults` during further events, of ours with the most subscribers. */
  queriesMs: number[]
}

const ACQUAINTED = 100
/** What ours loads a moment after its start is there by then, and not taken for the memory of connections. */
const LOADED_MS = 4_000
/** As many as give a steady number, and no more than the slowest can stand. */
const eventsFor = (subscribers: number) =>
  subscribers >= 10_000
    ? { warmUp: 6, events: 14 }
    : subscribers >= 1_000
      ? { warmUp: 30, events: 60 }
      : { warmUp: 150, events: 300 }

export async function measure(one: Case, setting: Setting, withQueries: boolean): Promise<Measured> {
  const { stores, symbols } = setting
  using publisher = await connectPublisher(stores.redisUrl)
  await using server = await start(one, setting, publisher.channel)
  const { subscribers, transport, document } = one
  const headers: Record<string, string> = 'cookie' in server ? { Cookie: server.cookie } : {}
  const task = { transport, url: server.url, headers, query: documents[document], subscribers }
  await acquaint({ ...task, subscribers: ACQUAINTED })
  if (one.kind === 'ours') await pause(LOADED_MS)
  const empty = await server.memory()
  await using audience = await openAudience(task)

  const event = async () => {
    const { seq, at } = await publisher.announce(symbols)
    return (await audience.last(seq)) - at
  }
  const { warmUp, events } = eventsFor(subscribers)
  for (let n = 0; n < warmUp; n += 1) await event()
  await server.begin()
  await audience.begin()
  let lastMs = 0
  for (let n = 0; n < events; n += 1) lastMs += await event()
  const { busy, missed, repeated } = await audience.end()
  const { cpuMs } = await server.end()
  await server.begin(true)
  for (let n = 0; n < events / 2; n += 1) await event()
  // By now, what the coming of so many has left behind is gone.
  const { blockedMs, rss, held } = await server.end()
  const queriesMs = withQueries && 'cookie' in server ? await measureQueries(server, event) : []
  return {
    cpuUs: (cpuMs * 1000) / events / subscribers,
    lastMs: lastMs / events,
    rssBytes: (rss - empty.rss) / subscribers,
    heldBytes: (held - empty.held) / subscribers,
    blockedMs,
    clientBusy: busy,
    faults: missed + repeated,
    queriesMs,
  }
}

/** So that the code that connections and subscriptions need is not taken for their memory. */
async function acquaint(task: AudienceTask): Promise<void> {
  await using _few = await openAudience(task)
}

function start(
  { kind, transport, document }: Case,
  { stores, samples }: Setting,
  channel: string,
): Promise<RunningServer | Ours> {
  if (kind === 'ours') return startOurs(stores)
  const task = {
    kind: kind === 'raw' && transport === 'SSE' ? 'raw stream' : kind,
    redisUrl: stores.redisUrl,
    channel,
    sample: samples[document],
  }
  return startPeer('subscriptions.mjs', task)
}
