/** A seeded fuzz against a real server, as it is in PRODUCTION: nothing leaks, nothing breaks, nobody has to wait. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { drawsOf } from '../../server/src/market/demo/random.ts'
import { hostileOperation } from '../support/hostile-operations.ts'
import { hostileRequest, type Target } from '../support/hostile-requests.ts'
import { hostileSocket } from '../support/hostile-sockets.ts'
import { attack, type Attack } from '../support/hostile-wire.ts'
import type { Draw } from '../support/hostile-words.ts'
import { metricOf, probe, troubleOf } from '../support/probe.ts'
import { launch, type ServerProcess } from '../support/process.ts'
import { until } from '../support/until.ts'

const everything = process.env['FAULTS'] === 'all'
const ROUNDS = everything ? 1_500 : 300
/** On a machine that does nothing else. */
const HELD_UP_MS = everything ? 250 : 2_500
const LANES = 4
const SECRET = 'a secret of the hostile tests, and of nobody else'
const PASSWORD = 'correct horse battery staple'
const METRICS_TOKEN = 'a-token-for-metrics-only'
const measuring = { authorization: `Bearer ${METRICS_TOKEN}` }

/** Of the inside: paths, stacks, libraries, addresses, and what nobody else may know. */
const leaks =
  /\/work\/|\/server\/src|node_modules|node:internal|\bat [\w.<>]+ \(|\.[cm]?[jt]s:\d+|[Pp]risma|PGlite|better-auth|ioredis|ECONN|[a-z]Error\b|secret of the hostile|correct horse|a-token-for-metrics/

let server: ServerProcess
let port: number
let cookie: string
let target: Target

beforeAll(async () => {
  server = await launch({
    ENVIRONMENT: 'PRODUCTION',
    AUTH_SECRET: SECRET,
    METRICS_TOKEN,
    DEMO_LATENCY_MS: '20',
    // They would answer before anything else is reached.
    RATE_LIMIT_PER_MINUTE: '0',
    SIGN_INS_PER_MINUTE: '0',
    MAX_SOCKETS_PER_USER: '0',
    MAX_SOCKETS_PER_ADDRESS: '0',
  })
  port = Number(new URL(server.url).port)
  const setupCode = /with the code (\S+)/.exec(server.output())?.[1]
  const response = await fetch(`${server.url}/api/auth/sign-up/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Ann', email: 'ann@example.com', password: PASSWORD, setupCode }),
  })
  cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  target = { host: `Host: localhost:${port}`, credential: `Cookie: ${cookie}` }
})
afterAll(() => server[Symbol.asyncDispose]())

const good = () => troubleOf(server.url, { cookie })

/** What is wrong with an answer; null when nothing is. */
function wrongWith(answer: string): string | null {
  if (leaks.test(answer)) return 'it tells of the inside'
  if (answer.includes('INTERNAL_SERVER_ERROR')) return 'it is a bug'
  for (const [, status] of answer.matchAll(/^HTTP\/1\.1 (5\d\d)/gm))
    if (!answer.includes('"errors":[{')) return `it is a ${status} without an error`
  if (answer.includes('polluted')) return 'it repeats what was smuggled in'
  return null
}

/** So many rounds in a few lanes, each of them repeatable by its seed. @returns what went wrong */
async function assail(
  seed: string,
  next: (draw: Draw) => Attack,
): Promise<{ failures: object[]; answers: string[] }> {
  const failures: object[] = []
  const answers: string[] = []
  let round = 0
  async function lane(): Promise<void> {
    while (round < ROUNDS && failures.length < 10) {
      const name = `${seed} ${round++}`
      const one = next(drawsOf('hostile', name))
      const answer = await attack(port, one)
      answers.push(answer)
      const wrong = wrongWith(answer)
      if (wrong !== null)
        failures.push({ name, attack: one.name, sent: excerptOf(one), wrong, answer: answer.slice(-800) })
      const trouble = await good()
      if (trouble !== null)
        failures.push({ name, attack: one.name, sent: excerptOf(one), wrong: 'a good query fails', trouble })
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return { failures, answers }
}

const excerptOf = ({ sent }: Attack) =>
  sent
    .map((piece) => String(piece).slice(0, 1_000))
    .join('')
    .slice(0, 1_500)

const post = ({ host, credential }: Target, text: string): Buffer =>
  Buffer.from(
    [
      'POST /graphql HTTP/1.1',
      host,
      credential,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(text)}`,
      'Connection: close',
      '',
      text,
    ].join('\r\n'),
  )

const fronts: [string, (draw: Draw) => Attack, RegExp][] = [
  ['requests', (draw) => hostileRequest(draw, target), /^HTTP\/1\.1 4\d\d/m],
  ['WebSockets', (draw) => hostileSocket(draw, target), /^HTTP\/1\.1 101/m],
  [
    'operations',
    (draw) => {
      const operation = hostileOperation(draw)
      return { name: operation.query, sent: [post(target, JSON.stringify(operation))], leaves: 'HEAR' }
    },
    /"errors":\[/,
  ],
]

test.each(fronts)(
  `hostile %s, ${ROUNDS} of them: no crash, no leak, no bug, and others are served meanwhile`,
  async (name, next, expected) => {
    await using bystander = probe(server.url, { cookie })
    const { failures, answers } = await assail(name, next)
    await bystander.stop()
    expect(failures).toEqual([])
    // The fuzz has got where it wanted.
    expect(answers.filter((answer) => expected.test(answer)).length).toBeGreaterThan(ROUNDS / 10)
    expect(bystander.troubles()).toEqual([])
    console.log(
      `hostile ${name}: ${answers.length} rounds; ${bystander.answers()} good queries beside them, slowest ${bystander.within(100).toFixed(0)} ms`,
    )
    expect(bystander.within(100)).toBeLessThan(HELD_UP_MS)
  },
  600_000,
)

test('afterwards nothing is left, and nothing was worth an error in the log', async () => {
  await until(async () => {
    const sockets = await metricOf(server.url, 'wheel_analyzer_websocket_connections', measuring)
    const subscribers = await metricOf(server.url, 'wheel_analyzer_subscribers', measuring)
    expect([sockets.get(''), subscribers.get('')]).toEqual([0, 0])
    return true
  }, 30_000)
  // Lines of the level `error` and above.
  expect(server.output().match(/^\{"level":[56]0.*$/gm) ?? []).toEqual([])
  expect(server.output()).not.toMatch(/secret of the hostile|correct horse|[^\w]at .*\.ts:\d+/)
  expect(server.output()).not.toContain(cookie.split('=')[1])
  expect(await good()).toBeNull()
})
