/** Subscribers of the whole application share their source: counted, and nobody is told another's story. */
import { expect, test } from 'vitest'
import { ask, follow, signIn, startServer } from '../../support/server.ts'
import { until } from '../../support/until.ts'

interface Status {
  scanStatus: { seq: number; snapshot: boolean; state: string; changedTickers?: { symbol: string }[] }
}

test('100 who follow the same are one subscription, late ones too, and all see every change in order', async () => {
  await using server = await startServer({ DEMO_LATENCY_MS: '5' })
  const cookie = await signIn(server.url)
  const query = 'subscription { scanStatus { seq snapshot state } }'
  // Over either transport.
  const join = (_: unknown, index: number) =>
    follow<Status>(server.url, cookie, query, index % 2 === 0 ? 'WebSocket' : 'SSE')
  const early = Array.from({ length: 50 }, join)
  await until(() => early.every(({ values }) => values.length > 0))
  expect(server.deps.api.live.subscribers()).toBe(1)
  await ask(server.url, cookie, 'mutation { startScan { __typename } }')
  const late = Array.from({ length: 50 }, join)
  const other = follow<Status>(
    server.url,
    cookie,
    'subscription { scanStatus { seq changedTickers { symbol } } }',
  )
  const all = [...early, ...late]
  await until(() => all.every((stream) => stream.last()?.scanStatus.state === 'COMPLETED'), 20_000)
  expect(server.deps.api.live.subscribers()).toBe(2)

  const told = early[0]?.values.map(({ scanStatus }) => scanStatus) ?? []
  for (const { values } of all) {
    const [first, ...rest] = values.map(({ scanStatus }) => scanStatus)
    expect(first?.snapshot).toBe(true)
    const numbers = [first?.seq ?? 0, ...rest.map(({ seq }) => seq)]
    expect(numbers).toEqual(told.map(({ seq }) => seq).slice(-numbers.length))
  }
  // Another selection is another operation, and is told what it asked for.
  await until(() => other.values.length > 0)
  expect(Object.keys(other.last()?.scanStatus ?? {})).toEqual(['seq', 'changedTickers'])
  for (const stream of [...all, other]) stream.stop()
  await until(() => server.deps.api.live.subscribers() === 0)
}, 60_000)
