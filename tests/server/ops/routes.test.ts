/** Health and metrics over HTTP, and who may read what. */
import { describe, expect, test } from 'vitest'
import { createHealth } from '../../../server/src/ops/health.ts'
import { createMetrics } from '../../../server/src/ops/metrics.ts'
import { createOpsServer } from '../../../server/src/ops/ops-server.ts'
import { opsRoutes, type Ops } from '../../../server/src/ops/routes.ts'

interface Caller {
  /** The address of the other end of the connection. */
  from?: string
  headers?: Record<string, string>
}

const TOKEN = 'sixteen-characters-or-more'

function setUp(settings: Partial<Ops> = {}, databaseUp = true) {
  const ask = async () => {
    if (!databaseUp) throw new Error('no')
  }
  const health = createHealth({ database: { ask, toleratedMs: -1 } })
  const ops: Ops = {
    health,
    metrics: createMetrics(),
    metricsToken: null,
    openToLoopback: true,
    ...settings,
  }
  const routes = opsRoutes(ops)
  const get = async (path: string, { from = '127.0.0.1', headers }: Caller = {}) => {
    const connection = { incoming: { socket: { remoteAddress: from } } } as Parameters<typeof routes.fetch>[1]
    return routes.fetch(new Request(`http://localhost${path}`, { headers: headers ?? {} }), connection)
  }
  return { ops, health, get }
}

describe('/health', () => {
  test('/live says that the process answers, whatever its neighbours do', async () => {
    const { get } = setUp({}, false)
    const response = await get('/health/live', { from: '10.0.0.9' })
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
  })

  test.each([
    ['200 when it can serve', true, 200, 'ok'],
    ['503 when something that it needs is away', false, 503, 'failed'],
  ])('/ready answers %s, and is never stored', async (_case, databaseUp, status, verdict) => {
    const { get } = setUp({}, databaseUp)
    const response = await get('/health/ready', { from: '10.0.0.9' })
    expect(response.status).toBe(status)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({
      status: verdict,
      checks: {
        database: { status: databaseUp ? 'ok' : 'failed', latencyMs: expect.any(Number) as number },
      },
    })
  })

  test('/ready answers 503 from the moment the process stops, so that balancers send nobody any more', async () => {
    const { get, health } = setUp()
    health.stop()
    const response = await get('/health/ready')
    expect([response.status, ((await response.json()) as { status: string }).status]).toEqual([
      503,
      'stopping',
    ])
  })
})

describe('/metrics', () => {
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
  test.each<[string, Partial<Ops>, Caller, number]>([
    ['without a token, from this machine', {}, {}, 200],
    ['without a token, from this machine over IPv6', {}, { from: '::1' }, 200],
    ['without a token, from this machine on a dual socket', {}, { from: '::ffff:127.0.0.1' }, 200],
    ['without a token, from elsewhere', {}, { from: '192.168.1.7' }, 404],
    ['from an address that only looks local', {}, { from: '::ffff:10.127.0.1' }, 404],
    ['without a token in PRODUCTION, from this machine', { openToLoopback: false }, {}, 404],
    ['with the token', { metricsToken: TOKEN }, { from: '192.168.1.7', ...bearer(TOKEN) }, 200],
    ['with the token in PRODUCTION', { metricsToken: TOKEN, openToLoopback: false }, bearer(TOKEN), 200],
    ['with another token', { metricsToken: TOKEN }, bearer('sixteen-characters-or-more!'), 401],
    ['with none where one is asked for, from this machine', { metricsToken: TOKEN }, {}, 401],
  ])('%s: %#', async (_case, settings, caller, status) => {
    const { get } = setUp(settings)
    const response = await get('/metrics', caller)
    expect(response.status).toBe(status)
    const body = await response.text()
    expect(body.includes('wheel_analyzer_')).toBe(status === 200)
    expect(body).not.toContain(TOKEN)
  })

  test('are in the text format, with those of the process and its neighbours', async () => {
    const { get } = setUp({}, false)
    const response = await get('/metrics')
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const text = await response.text()
    expect(text).toContain('process_cpu_seconds_total')
    expect(text).toContain('nodejs_eventloop_lag_p99_seconds')
    expect(text).toContain('wheel_analyzer_dependency_up{dependency="database"} 0')
    expect(text).toContain('wheel_analyzer_scans_total{state="COMPLETED"} 0')
  })
})

test('a worker answers the same on a port of its own', async () => {
  const { ops } = setUp()
  const server = await createOpsServer({ host: '127.0.0.1', port: 0 }, ops)
  const get = async (path: string) => (await fetch(server.url + path)).status
  expect(await Promise.all(['/health/live', '/health/ready', '/metrics', '/graphql'].map(get))).toEqual([
    200, 200, 200, 404,
  ])
  const taken = createOpsServer({ host: '127.0.0.1', port: Number(new URL(server.url).port) }, ops)
  await expect(taken).rejects.toThrow('EADDRINUSE')
  await server.close()
  await expect(get('/health/live')).rejects.toThrow('fetch failed')
})
