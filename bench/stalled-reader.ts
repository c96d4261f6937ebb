/**
 * `npm run bench stalled-reader`: a thousand subscribers of ours, one of whom stops reading: what the others notice, and
 * what it costs the server. It must come to the newest state when it reads again.
 */
import { openAudience, type Audience, type First } from './audience/audience.ts'
import { documents } from './fan-out/documents.ts'
import type { Part } from './part.ts'
import { figure, median, megabytes, percentile, whole } from './report/numbers.ts'
import { say } from './report/progress.ts'
import { scan, startOurs } from './servers/ours.ts'
import { connectPublisher } from './servers/publisher.ts'
import type { RunningServer, Usage } from './servers/running.ts'
import { startStores } from './servers/stores.ts'
import { until } from '../tests/support/until.ts'

const SUBSCRIBERS = 1_000
const EVENTS = 120
/** More than the kernel takes for a reader who does not: from then on it is the server that keeps it, or does not. */
const FILLING_BYTES = 4 * 2 ** 20
/** What one subscriber may hold back: unread results, and a snapshot or whatever else waits. */
const BOUND_BYTES = 256 * 2 ** 10 + 4 * 2 ** 20

interface Phase extends Usage {
  p99Ms: number
}

export const measureStalledReader: Part = async ({ rounds }) => {
  await using stores = await startStores()
  using publisher = await connectPublisher(stores.redisUrl)
  await using ours = await startOurs(stores)
  await scan(ours)
  const { tickers } = await publisher.cache.read()
  const [largest] = tickers.toSorted((a, b) => b.options.length - a.options.length)
  const symbols = largest === undefined ? [] : [largest.symbol]
  const eventBytes = JSON.stringify(largest).length
  const task = {
    transport: 'WebSocket' as const,
    url: ours.url,
    headers: { Cookie: ours.cookie },
    query: documents.rows,
    subscribers: SUBSCRIBERS,
  }
  const filling = Math.ceil(FILLING_BYTES / eventBytes)
  const without: Phase[] = []
  const stalled: Phase[] = []
  let [skipped, caughtUp] = [0, 0]
  for (let round = 1; round <= rounds; round += 1) {
    say(`stalled reader, round ${round} of ${rounds}`)
    await using audience = await openAudience(task)
    /** To so many of them; answers the latencies. */
    const event = async (by: number) => {
      const { seq, at } = await publisher.announce(symbols)
      return (await audience.times(seq, by)).map((time) => time - at)
    }
    for (let n = 0; n < filling; n += 1) await event(SUBSCRIBERS)
    without.push(await phase(ours, () => event(SUBSCRIBERS)))
    await audience.stall()
    for (let n = 0; n < filling; n += 1) await event(SUBSCRIBERS - 1)
    stalled.push(await phase(ours, () => event(SUBSCRIBERS - 1)))
    await audience.resume()
    const last = await readAgain(audience, (await publisher.cache.position()).seq)
    skipped += last.missed
    if (last.isOpen) caughtUp += 1
  }

  const growths = (of: (phase: Phase) => number) =>
    stalled.map((phase, round) => of(phase) - of(without[round] ?? phase))
  const p99 = (phases: Phase[]) => median(phases.map(({ p99Ms }) => p99Ms))
  const row = (name: string, phases: Phase[]) => [
    name,
    figure(p99(phases)),
    megabytes(median(phases.map(({ rss }) => rss))),
    megabytes(median(phases.map(({ held }) => held))),
    figure(median(phases.map(({ blockedMs }) => blockedMs))),
  ]
  return [
    {
      title: 'A stalled reader',
      about: `${whole(SUBSCRIBERS)} subscribers of ours over WebSocket, results of about ${whole(eventBytes / 1000)} kB; in turns all of them read, and one does not (for ${whole(filling)} events before anything is measured, ${megabytes(FILLING_BYTES)} MB). Medians of ${rounds} rounds of ${EVENTS} events.`,
      tables: [
        [
          ['', 'p99 ms', 'MB', 'held MB', 'blocked ms'],
          row('all read', without),
          row('one does not', stalled),
        ],
      ],
      findings: [
        `The one that stalled came to the newest state ${caughtUp} times of ${rounds}, and skipped ${whole(skipped)} results; otherwise it was closed for reading too slowly.`,
        ...(skipped === 0 && caughtUp === rounds
          ? ['The kernel took all that it did not read: nothing was measured.']
          : []),
      ],
      bounds: [
        {
          what: 'The others’ p99, with one stalled beside without, more by %',
          measured: 100 * (p99(stalled) / p99(without) - 1),
          needed: 10,
          is: 'at most',
        },
        {
          what: 'Memory of the server, with one stalled beside without, more by MB',
          measured: median(growths(({ rss }) => rss)) / 2 ** 20,
          needed: BOUND_BYTES / 2 ** 20,
          is: 'at most',
        },
      ],
    },
  ]
}

async function phase(server: RunningServer, event: () => Promise<number[]>): Promise<Phase> {
  const latencies: number[] = []
  await server.begin(true)
  for (let n = 0; n < EVENTS; n += 1) latencies.push(...(await event()))
  return { ...(await server.end()), p99Ms: percentile(latencies, 99) }
}

/** Until it has come to the newest state, or been closed. */
async function readAgain(audience: Audience, seq: number): Promise<First> {
  await until(async () => {
    const first = await audience.first()
    return first.seq >= seq || !first.isOpen
  }, 20_000)
  return audience.first()
}
