/**
 * `npm run bench queries`: a repeated `scanResults` of about 80 kB, beside plain `node:http` that sends the same bytes,
 * and beside other GraphQL servers with and without their caches; and the first one after a change, beside Yoga.
 * Ours is the production bundle, signed in by token, with rights and limits; the others do without.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ask, signIn } from '../tests/support/server.ts'
import { until } from '../tests/support/until.ts'
import { load } from './queries/load.ts'
import { startOurs, startPeer, type RunningServer } from './queries/servers.ts'
import { describeMachine } from './report/machine.ts'
import { figure, median, whole } from './report/numbers.ts'
import { say } from './report/progress.ts'
import { asText } from './report/section.ts'

const ROUNDS = 3
const SECONDS = 4
const CONNECTIONS = 32
const NEEDED = { raw: 0.7, cached: 15 }
const cachedPeers = ['yoga, cached', 'mercurius, cached', 'apollo, cached']
const peers = ['raw', 'yoga', 'yoga, JIT', 'mercurius', 'mercurius, JIT', 'apollo', ...cachedPeers]

const query = `query Results {
  scanResults {
    epoch seq lastRun scanInProgress degraded source simulated isLocalEnvironment
    tickers {
      symbol rating underlyingPrice scannedAt quotedAt source delayMinutes
      stock { symbol name active intrinsicValue preferredModel price discountPercent }
      options {
        id side expiration expirationKind daysToExpiration strike bid ask mid spreadPercent delta
        impliedVolatility openInterest volume annualizedReturn otmPercent breakEven probabilityOtm
        probabilityOfProfit collateral premium rating greeksSource quotedAt
        quality { grade issues { code } }
      }
    }
  }
}`
const body = JSON.stringify({ query })
const headers = { 'content-type': 'application/json', accept: 'application/json' }

async function scanned(server: RunningServer, cookie: string): Promise<string> {
  await ask(server.url, cookie, 'mutation { startScan { __typename } }')
  await until(async () => {
    const { data } = await ask<{ scanStatus: { state: string } }>(
      server.url,
      cookie,
      '{ scanStatus { state } }',
    )
    return data.scanStatus.state === 'COMPLETED'
  }, 60_000)
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { ...headers, cookie },
    body,
  })
  return response.text()
}

if (
  !existsSync(resolve(import.meta.dirname, 'peers/node_modules')) ||
  !existsSync(resolve(import.meta.dirname, '../dist'))
) {
  process.stdout.write(
    'Run it by `npm run bench queries`, which builds the bundle and installs the others.\n',
  )
  process.exit(1)
}
process.stdout.write(`${describeMachine()}\n\n`)
const folder = mkdtempSync(join(tmpdir(), 'wheel-bench-'))
const file = join(folder, 'answer.json')
await using ours = await startOurs(null)
const cookie = await signIn(ours.url)
const answer = await scanned(ours, cookie)
writeFileSync(file, answer)

const servers = new Map<string, RunningServer>([['ours', ours]])
for (const kind of peers) servers.set(kind, await startPeer(kind, file))
const measured = new Map<string, { perSecond: number[]; cpuUs: number[]; busy: number[]; failures: number }>()
for (let round = 0; round <= ROUNDS; round += 1) {
  for (const [name, server] of servers) {
    say(`round ${round} of ${ROUNDS}: ${name}`)
    const before = server.cpuMs()
    const result = await load({
      url: server.url,
      path: name.startsWith('apollo') ? '/' : '/graphql',
      headers: { ...headers, ...(name === 'ours' && { cookie }) },
      body,
      connections: CONNECTIONS,
      // The first round is for the compilers.
      seconds: round === 0 ? 2 : SECONDS,
    })
    if (round === 0) continue
    const all = measured.get(name) ?? { perSecond: [], cpuUs: [], busy: [], failures: 0 }
    all.perSecond.push(result.perSecond)
    all.cpuUs.push(((server.cpuMs() - before) * 1000) / (result.perSecond * SECONDS))
    all.busy.push(result.busy)
    all.failures += result.failures
    measured.set(name, all)
  }
}
say('')
for (const server of servers.values()) if (server !== ours) await server[Symbol.asyncDispose]()
rmSync(folder, { recursive: true, force: true })

const rate = (name: string) => median(measured.get(name)?.perSecond ?? [])
const rows = [...measured].map(([name, { perSecond, cpuUs, busy, failures }]) => [
  name,
  whole(median(perSecond)),
  figure(median(perSecond) / rate('raw')),
  figure(median(cpuUs)),
  median(busy) > 0.9 ? 'yes' : 'no',
  whole(failures),
])
const best = Math.max(...cachedPeers.map(rate))
const kept = (holds: boolean) => (holds ? 'kept' : 'NOT kept')
process.stdout.write(
  asText({
    title: 'A repeated query',
    about: `\`scanResults\` of ${whole(answer.length / 1000)} kB, ${CONNECTIONS} connections, ${ROUNDS} interleaved rounds of ${SECONDS} s, medians. *client busy*: the client could do no more, so the server could have.`,
    tables: [[['server', 'per second', 'beside raw', 'CPU µs each', 'client busy', 'failures'], ...rows]],
    findings: [
      `${figure(rate('ours') / rate('raw'))} of plain node:http (needed: ${NEEDED.raw}): ${kept(rate('ours') >= NEEDED.raw * rate('raw'))}.`,
      `${figure(rate('ours') / best)} times the best of the others with a cache (needed: ${NEEDED.cached}): ${kept(rate('ours') >= NEEDED.cached * best)}.`,
    ],
  }),
)
