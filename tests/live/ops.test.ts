/** What operators see of real processes: one trace from the press to the provider, across the queue, and honest health. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startCollector, type CollectedSpan, type Collector } from '../support/collector.ts'
import { createDatabase } from '../support/databases.ts'
import { freePort } from '../support/free-port.ts'
import { launch, launchWorker, runToEnd, type ServerProcess } from '../support/process.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { signIn } from '../support/server.ts'
import { until } from '../support/until.ts'

const hasNeighbours =
  process.env['TEST_REDIS_URL'] !== undefined && process.env['TEST_DATABASE_URL'] !== undefined
const TICKERS = 26

let collector: Collector
const running: ServerProcess[] = []

afterEach(async () => {
  for (const each of running.splice(0)) await each[Symbol.asyncDispose]()
  await collector[Symbol.asyncDispose]()
})

/** Presses the button as the page does, and waits for the end of the scan. */
async function scan(url: string, requestId: string): Promise<void> {
  const cookie = await signIn(url)
  const call = async (query: string, id: string) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie, 'x-request-id': id },
      body: JSON.stringify({ query }),
    })
    return (await response.json()) as { data: { scanStatus?: { state: string } } }
  }
  await call('mutation StartScan { startScan { __typename } }', requestId)
  await until(async () => {
    const { data } = await call('query Look { scanStatus { state } }', 'a-look-at-it')
    return data.scanStatus?.state === 'COMPLETED'
  }, 20_000)
}

const only = (name: string): CollectedSpan => {
  const [span, ...others] = collector.named(name)
  if (span === undefined || others.length > 0)
    throw new Error(`there are ${others.length + (span ? 1 : 0)} spans ${name}`)
  return span
}
const children = (parent: CollectedSpan, name: string) =>
  collector.named(name).filter(({ parentId }) => parentId === parent.spanId)

interface Line {
  msg: string
  [field: string]: unknown
}
/** The structured lines among what a process has written. */
const linesOf = (process: ServerProcess): Line[] =>
  process
    .output()
    .split('\n')
    .filter((text) => text.startsWith('{'))
    .map((text) => JSON.parse(text) as Line)

describe('one process', () => {
  test('sends one trace from the press to each ticker’s provider, and its lines name request, run and trace', async () => {
    collector = await startCollector()
    const server = await launch({ ...collector.environment, DEMO_LATENCY_MS: '20' })
    running.push(server)
    await scan(server.url, 'press-of-the-button')
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 })

    const mutation = only('mutation StartScan')
    const { traceId } = mutation
    const request = collector.spans.find(({ spanId }) => spanId === mutation.parentId)
    expect(request).toMatchObject({
      name: 'POST /graphql',
      parentId: null,
      service: 'wheel-analyzer',
      attributes: expect.objectContaining({ 'http.route': '/graphql' }) as object,
    })
    const [press] = children(mutation, 'scanner.start')
    expect(press?.attributes).toEqual({ 'wheel.outcome': 'ScanStarted' })
    const tickers = collector.named('scan.ticker')
    expect(tickers.map((span) => span.traceId)).toEqual(Array.from({ length: TICKERS }, () => traceId))
    const symbols = new Set(tickers.map(({ attributes }) => attributes['wheel.symbol']))
    expect(symbols.size).toBe(TICKERS)
    for (const ticker of tickers) {
      const [fetched, ...more] = children(ticker, 'provider.fetch')
      expect(fetched?.attributes).toEqual({
        'wheel.provider': 'demo',
        'wheel.symbol': ticker.attributes['wheel.symbol'],
      })
      expect(more).toEqual([])
    }
    expect(only('scan.finish').traceId).toBe(traceId)
    // Looking for orphans and renewing the lease are nobody's work.
    expect(collector.named('cache.sweep').concat(collector.named('cache.renew'))).toEqual([])

    const started = linesOf(server).find(({ msg }) => msg === 'Scan started.')
    const ended = linesOf(server).find(({ msg }) => msg.startsWith('Scan completed'))
    expect(started).toMatchObject({ requestId: 'press-of-the-button', traceId })
    expect(ended).toMatchObject({ requestId: 'press-of-the-button', traceId, runId: started?.['runId'] })
  })

  test('works, stops in time and says it once when the collector is away', async () => {
    collector = await startCollector()
    const server = await launch({
      ...collector.environment,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '500',
      DEMO_LATENCY_MS: '20',
    })
    running.push(server)
    const complaints = () =>
      linesOf(server).filter(({ msg }) => msg === 'Traces cannot be sent as they should be.')
    await scan(server.url, 'press-of-the-button')
    await until(() => complaints().length > 0)
    await scan(server.url, 'another-press-of-it')
    const { code, afterMs } = await server.end('SIGTERM')
    expect(code).toBe(0)
    expect(afterMs).toBeLessThan(5_000)
    expect(complaints()).toHaveLength(1)
    expect(complaints()[0]?.['reason']).toMatch(/^connect ECONNREFUSED \S+$/)
    expect(complaints()[0]).not.toHaveProperty('requestId')
  })
})

describe.skipIf(!hasNeighbours)('a server and a worker on Redis and Postgres', () => {
  let redis: RedisServer
  let environment: Record<string, string>

  beforeAll(async () => {
    redis = await startRedis()
    environment = {
      REDIS_URL: redis.url,
      DATABASE_URL: await createDatabase(),
      AUTH_SECRET: 'the same secret on every server of the installation',
      SCAN_WORKERS: 'external',
      WORKER_PORT: '0',
      DEMO_LATENCY_MS: '20',
    }
  })
  afterAll(() => redis[Symbol.asyncDispose]())

  async function launchBoth(): Promise<{ server: ServerProcess; worker: ServerProcess; workerUrl: string }> {
    collector = await startCollector()
    const settings = { ...environment, ...collector.environment }
    const server = await launch({ ...settings, OTEL_SERVICE_NAME: 'server' })
    running.push(server)
    const worker = await launchWorker({ ...settings, OTEL_SERVICE_NAME: 'worker' })
    running.push(worker)
    return { server, worker, workerUrl: /Health\s+(\S+)\/health/.exec(worker.output())?.[1] ?? '' }
  }
  const metricsOf = async (url: string) => (await fetch(`${url}/metrics`)).text()
  const readiness = async (url: string) => {
    const response = await fetch(`${url}/health/ready`)
    const { status, checks } = (await response.json()) as {
      status: string
      checks: Record<string, { status: string }>
    }
    const each = Object.entries(checks).map(([name, check]) => `${name} ${check.status}`)
    return `${response.status} ${status}: ${each.join(', ')}`
  }

  test('share one trace: pressed on the one, carried out on the other, with the numbers where the work was', async () => {
    const { server, worker, workerUrl } = await launchBoth()
    await scan(server.url, 'press-of-the-button')
    expect(await metricsOf(workerUrl)).toMatch(/^wheel_analyzer_scans_total{state="COMPLETED"} 1$/m)
    expect(await metricsOf(workerUrl)).toMatch(
      /^wheel_analyzer_scan_job_duration_seconds_count{job="ticker",outcome="ok"} 26$/m,
    )
    expect(await metricsOf(server.url)).toMatch(/^wheel_analyzer_tickers_total{outcome="ok"} 0$/m)
    await until(async () => /^wheel_analyzer_queue_jobs 0$/m.test(await metricsOf(server.url)))
    await server.end('SIGTERM')
    expect(await worker.end('SIGTERM')).toMatchObject({ code: 0 })

    const mutation = only('mutation StartScan')
    const queued = only('queue.enqueue')
    expect(queued).toMatchObject({ service: 'server', traceId: mutation.traceId })
    const jobs = children(queued, 'queue.process')
    expect(jobs).toHaveLength(TICKERS + 1)
    for (const job of jobs) expect(job).toMatchObject({ service: 'worker', traceId: mutation.traceId })
    const tickers = jobs.flatMap((job) => children(job, 'scan.ticker'))
    expect(tickers).toHaveLength(TICKERS)
    expect(tickers.flatMap((ticker) => children(ticker, 'provider.fetch'))).toHaveLength(TICKERS)
  })

  test('stay ready, but say that they are degraded, while Redis is away', async () => {
    const { server, workerUrl } = await launchBoth()
    const urls = [server.url, workerUrl]
    const both = (expected: string) =>
      until(async () => (await Promise.all(urls.map(readiness))).every((answer) => answer === expected))
    await both('200 ok: database ok, redis ok')
    await redis.stop()
    await both('200 degraded: database ok, redis failed')
    expect(await metricsOf(server.url)).toMatch(/^wheel_analyzer_dependency_up{dependency="redis"} 0$/m)
    expect(await metricsOf(server.url)).toMatch(/^wheel_analyzer_queue_jobs Nan$/m)
    await redis.start()
    await both('200 ok: database ok, redis ok')
  })

  test('a worker whose port is taken says so in a sentence', async () => {
    const { server, workerUrl } = await launchBoth()
    expect(server.url).not.toBe('')
    const { port } = new URL(workerUrl)
    const { code, output } = await runToEnd({ ...environment, WORKER_PORT: port }, 'worker')
    expect(output).toContain(`WORKER_PORT ${port} of HOST 127.0.0.1 cannot be had`)
    expect(code).toBe(1)
  })
})
