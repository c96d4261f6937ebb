/**
 * `npm run bench fan-out`: one event to many subscribers, beside the least possible: a broadcast of one text over `ws`,
 * and of one event stream's bytes over `node:http`, without any GraphQL. `--quick`: one round of 1,000.
 */
import { measure, type Measured } from './fan-out/measure.ts'
import type { Kind, Task } from './fan-out/task.ts'
import { describeMachine } from './report/machine.ts'
import { figure, kilobytes, median, whole } from './report/numbers.ts'
import { say } from './report/progress.ts'
import { asText } from './report/section.ts'

const isQuick = process.argv.includes('--quick')
const ROUNDS = isQuick ? 1 : 3
const SUBSCRIBERS = isQuick ? [1_000] : [100, 1_000, 10_000]
const TEXTS = [300, 4_000]
const KINDS: Record<Task['transport'], Kind[]> = { WebSocket: ['raw', 'ours', 'plain'], SSE: ['raw', 'ours'] }
const NAMES: Record<Kind, string> = { raw: 'broadcast', ours: 'ours', plain: 'graphql-ws' }
const HEAD = [
  'server',
  'subscribers',
  'text bytes',
  'CPU µs',
  'ratio',
  'last ms',
  'ratio',
  'kB each',
  'ratio',
  'blocked ms',
]

async function rounds(
  transport: Task['transport'],
  subscribers: number,
  textBytes: number,
): Promise<string[][]> {
  const measured = new Map<Kind, Measured[]>()
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const kind of KINDS[transport]) {
      say(
        `${transport}, ${whole(subscribers)} subscribers, ${textBytes} bytes, ${NAMES[kind]}, round ${round}`,
      )
      const one = await measure({ kind, transport, subscribers, textBytes })
      measured.set(kind, [...(measured.get(kind) ?? []), one])
    }
  }
  const middle = (kind: Kind, what: keyof Measured) =>
    median((measured.get(kind) ?? []).map((one) => one[what]))
  return KINDS[transport].map((kind) => {
    const beside = (what: keyof Measured, show: (value: number) => string) => [
      show(middle(kind, what)),
      figure(middle(kind, what) / middle('raw', what)),
    ]
    return [
      `${transport}, ${NAMES[kind]}`,
      whole(subscribers),
      whole(textBytes),
      ...beside('cpuUs', figure),
      ...beside('lastMs', figure),
      ...beside('bytes', kilobytes),
      figure(middle(kind, 'blockedMs')),
    ]
  })
}

process.stdout.write(`${describeMachine()}\n\n`)
const rows: string[][] = []
for (const transport of ['WebSocket', 'SSE'] as const)
  for (const subscribers of SUBSCRIBERS)
    for (const textBytes of TEXTS) rows.push(...(await rounds(transport, subscribers, textBytes)))
say('')
process.stdout.write(
  asText({
    title: 'Fan-out',
    about: `One event to all subscribers of one operation, the next when the last of them has it; medians of ${ROUNDS} rounds. CPU is the server's, per event and subscriber; ratios are to the broadcast without GraphQL.`,
    tables: [[HEAD, ...rows]],
    findings: [],
  }),
)
