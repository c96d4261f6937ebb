/** What the fan-out's measurements say. */
import type { Bound } from '../report/bound.ts'
import { figure, kilobytes, median, whole } from '../report/numbers.ts'
import type { Rounds } from '../report/rounds.ts'
import type { Section } from '../report/section.ts'
import { limits } from '../servers/ours.ts'
import type { Group, Kind, Measured, Setting } from './measure.ts'

export type MeasuredGroup = Group & { results: Rounds<Kind, Measured> }

const NAMES: Record<Kind, string> = {
  raw: 'broadcast of bytes',
  ours: 'ours',
  yoga: 'Yoga',
  apollo: 'Apollo Server',
  mercurius: 'Mercurius',
}
/** Above this share of a core, the client may have been what was measured. */
const CLIENT_LIMIT = 0.9
const FEWEST = 1_000

const head = [
  'server',
  'subscribers',
  'CPU µs',
  'ratio',
  'last ms',
  'ratio',
  'kB each',
  'ratio',
  'held kB',
  'blocked ms',
  'client busy',
]

export function fanOutSections(groups: MeasuredGroup[], setting: Setting, rounds: number): Section[] {
  const bytes = (name: keyof Setting['samples']) =>
    whole(JSON.stringify({ data: { scanStatus: setting.samples[name] } }).length)
  const findings = [...groups.flatMap(remarks), ...meanwhile(groups)]
  const fanOut: Section = {
    title: 'Fan-out',
    about: [
      `One change, announced through Redis, to all subscribers of one operation; the next when the last of them has it. Medians of ${rounds} interleaved rounds.`,
      `*Status* is a result of ${bytes('status')} bytes; *rows* is one of ${bytes('rows')}, with a row that has changed.`,
      'Ours is the bundle over TCP with Redis and Postgres, signed in by cookie, with rights and limits; it reads the changed row from Redis.',
      'The broadcast sends ready bytes of the same size; Yoga and Apollo Server use graphql-ws; all of them are given the data, and do without sign-in.',
      'CPU is the server’s, per event and subscriber; *last* is from the announcement until the last subscriber has it; *kB each* is what the process grows by for each connection, *held* what JavaScript holds of it; *blocked* is the longest block of the event loop.',
      `Limits of ours: ${Object.entries(limits)
        .map(([name, value]) => `${name}=${value}`)
        .join(', ')}.`,
    ].join(' '),
    tables: groups.map((group) => [head.with(0, `${group.transport}, ${group.document}`), ...rowsOf(group)]),
    findings,
    bounds: groups.flatMap(boundsOf),
  }
  return [fanOut, ...growth(groups)]
}

const cpu = ({ cpuUs }: Measured) => cpuUs
const last = ({ lastMs }: Measured) => lastMs
const memory = ({ rssBytes }: Measured) => rssBytes

function rowsOf({ kinds, subscribers, results }: MeasuredGroup): string[][] {
  return kinds.map((kind) => {
    const beside = (value: (measured: Measured) => number, show: (value: number) => string) => [
      show(results.middle(kind, value)),
      figure(results.middle(kind, value) / results.middle('raw', value)),
    ]
    return [
      NAMES[kind],
      whole(subscribers),
      ...beside(cpu, figure),
      ...beside(last, figure),
      ...beside(memory, kilobytes),
      kilobytes(results.middle(kind, ({ heldBytes }) => heldBytes)),
      figure(results.middle(kind, ({ blockedMs }) => blockedMs)),
      `${whole(100 * results.middle(kind, ({ clientBusy }) => clientBusy))} %`,
    ]
  })
}

function boundsOf({ transport, document, subscribers, kinds, results }: MeasuredGroup): Bound[] {
  if (document !== 'status' || subscribers < FEWEST) return []
  const besideRaw = (value: (measured: Measured) => number) =>
    results.middle('ours', value) / results.middle('raw', value)
  const where = `${transport}, ${whole(subscribers)} subscribers`
  const atMost = (what: string, measured: number, needed: number): Bound => ({
    what: `${where}: ${what}`,
    measured,
    needed,
    is: 'at most',
  })
  const bounds = [atMost('CPU, beside a broadcast of bytes', besideRaw(cpu), 1.25)]
  if (transport === 'SSE') return bounds
  const others = kinds.filter((kind) => kind === 'apollo' || kind === 'mercurius')
  if (others.length > 0) {
    const best = Math.min(...others.map((kind) => results.middle(kind, cpu)))
    bounds.push(
      atMost('CPU, beside the best of Apollo and Mercurius', results.middle('ours', cpu) / best, 1 / 3),
    )
  }
  if (subscribers < 10_000) return bounds
  const queries = results.all('ours').map(({ queriesMs }) => Math.max(...queriesMs))
  const blocked = results.middle('ours', ({ blockedMs }) => blockedMs)
  return [
    ...bounds,
    atMost('time to the last, beside a broadcast of bytes', besideRaw(last), 1.4),
    atMost('memory per connection, beside raw ws', besideRaw(memory), 1.5),
    atMost('longest block of the event loop, ms', blocked, 25),
    atMost('longest wait for scanResults meanwhile, ms', median(queries), 50),
  ]
}

/** What must not pass unseen. */
function remarks({ transport, document, subscribers, kinds, results }: MeasuredGroup): string[] {
  const where = `${transport}, ${document}, ${whole(subscribers)} subscribers`
  return kinds.flatMap((kind) => {
    const busy = results.middle(kind, ({ clientBusy }) => clientBusy)
    const faults = results.all(kind).reduce((sum, one) => sum + one.faults, 0)
    return [
      ...(busy > CLIENT_LIMIT ? [`${where}, ${NAMES[kind]}: the client was the bottleneck.`] : []),
      ...(faults > 0
        ? [`${where}, ${NAMES[kind]}: ${whole(faults)} results did not come, or not in order.`]
        : []),
    ]
  })
}

function meanwhile(groups: MeasuredGroup[]): string[] {
  return groups.flatMap(({ subscribers, results }) => {
    const latencies = results.all('ours').flatMap(({ queriesMs }) => queriesMs)
    if (latencies.length === 0) return []
    return [
      `\`scanResults\` asked during a fan-out of ours to ${whole(subscribers)}: median ${figure(median(latencies))} ms, longest ${figure(Math.max(...latencies))} ms of ${latencies.length}.`,
    ]
  })
}

function growth(groups: MeasuredGroup[]): Section[] {
  const measured = groups.filter(
    ({ transport, document }) => transport === 'WebSocket' && document === 'status',
  )
  const [few, ...more] = measured
  const most = more.at(-1)
  if (few === undefined || most === undefined) return []
  const times = (kind: Kind, value: (measured: Measured, subscribers: number) => number) =>
    more.map(({ subscribers, results }) => {
      const before = few.results.middle(kind, (one) => value(one, few.subscribers))
      return figure(results.middle(kind, (one) => value(one, subscribers)) / before)
    })
  const rows = most.kinds.flatMap((kind) => [
    [`${NAMES[kind]}: CPU per subscriber`, ...times(kind, cpu)],
    [`${NAMES[kind]}: time to the last, per subscriber`, ...times(kind, (one, count) => one.lastMs / count)],
    [`${NAMES[kind]}: JavaScript's memory per connection`, ...times(kind, ({ heldBytes }) => heldBytes)],
  ])
  return [
    {
      title: 'Growth with the number of subscribers',
      about: `Of what each subscriber costs over WebSocket (status): how many times as much as with ${whole(few.subscribers)}. 1 is proportional growth; less than 1 is what an event costs once, shared by more.`,
      tables: [[['', ...more.map(({ subscribers }) => whole(subscribers))], ...rows]],
      findings: [],
    },
  ]
}
