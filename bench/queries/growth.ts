/** How long an answer takes when there is more to tell. */
import { randomUUID } from 'node:crypto'
import { Agent } from 'node:http'
import { defaultCriteria, outcome, row } from '../../tests/support/fakes.ts'
import { figure, median, whole } from '../report/numbers.ts'
import { say } from '../report/progress.ts'
import type { Section } from '../report/section.ts'
import type { Ours } from '../servers/ours.ts'
import type { Publisher } from '../servers/publisher.ts'
import { symbolsOf } from '../scan/simulated-market.ts'
import { answersOf } from './after-a-change.ts'
import { resultsQuery } from './documents.ts'
import { request } from './request.ts'

const SIZES = [100, 1_000, 5_000]
const QUESTIONS = 15

/** Replaces what the scan has found. */
export async function measureGrowth(ours: Ours, publisher: Publisher): Promise<Section> {
  const rows: string[][] = []
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  for (const tickers of SIZES) {
    say(`queries, ${whole(tickers)} tickers`)
    const symbols = symbolsOf(tickers)
    await store(publisher, symbols)
    const change = () => publisher.rescan(symbols[0] ?? '')
    const first = await answersOf({ server: ours, change, changes: true }, [resultsQuery], QUESTIONS)
    const firstMs = first.map(({ msEach }) => msEach)
    const repeated: number[] = []
    let bytes = 0
    for (let n = 0; n < QUESTIONS; n += 1) {
      const { ms, body } = await request(agent, ours, resultsQuery)
      repeated.push(ms)
      bytes = body.length
    }
    rows.push([
      whole(tickers),
      whole(bytes / 1000),
      figure(median(repeated)),
      figure((1000 * median(repeated)) / tickers),
      figure(median(firstMs)),
      figure((1000 * median(firstMs)) / tickers),
    ])
  }
  agent.destroy()
  return {
    title: 'Growth with the number of rows',
    about: `The same query on ours with Redis, one client; medians of ${QUESTIONS}. Each ticker has one contract.`,
    tables: [[['tickers', 'kB', 'repeated ms', 'µs/ticker', 'first ms', 'µs/ticker'], ...rows]],
    findings: [],
  }
}

/** As a scan would, whose rows are these. */
async function store({ cache }: Publisher, symbols: string[]): Promise<void> {
  const runId = randomUUID()
  const instant = new Date().toISOString()
  const claimed = await cache.claim({
    runId,
    startedAt: instant,
    startedById: null,
    symbols,
    criteria: defaultCriteria,
    corrupt: [],
  })
  if (!claimed) throw new Error('Another scan is running.')
  for (const symbol of symbols)
    await cache.commit(runId, outcome(symbol), row(symbol, { source: 'demo', scannedAt: instant }))
  await cache.finish(runId, {
    state: 'COMPLETED',
    lastRun: 'Scan completed successfully',
    finishedAt: instant,
    keep: symbols,
  })
}
