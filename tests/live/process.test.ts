/** Starting and stopping, as the operator sees it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { launch, runToEnd } from '../support/process.ts'
import { ask, follow, signIn } from '../support/server.ts'
import { until } from '../support/until.ts'

const START = 'mutation { startScan { __typename } }'
interface Following {
  scanStatus: { state: string; lastRun: string; progress: { done: number } }
}
const FOLLOW = 'subscription { scanStatus { state lastRun progress { done } } }'

test('with nothing set, it starts on embedded defaults, says where it is and how to sign in, and answers', async () => {
  await using server = await launch()
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(server.output()).toContain('Simulated')
  expect(server.output()).toContain('demo@example.com')
  expect(server.output()).toMatch(/\/set-up with the code [2-9A-Z-]{19}/)
  expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
  expect(await (await fetch(`${server.url}/api/status`)).json()).toEqual({
    environment: 'LOCAL',
    demoAccount: true,
    needsSetup: true,
    simulated: true,
    mail: false,
  })
})

test.each([
  [{ PORT: 'abc' }, /PORT must be a whole number \(it is "abc"\)/],
  [
    { SCAN_MAX_ABS_DELTA: '2', SCAN_CONCURRENCY: '0' },
    /SCAN_CONCURRENCY must be at least 1[\s\S]*SCAN_MAX_ABS_DELTA must be at most 1/,
  ],
  [{ SCAN_MIN_DAYS: '9', SCAN_MAX_DAYS: '3' }, /SCAN_MIN_DAYS must not be above SCAN_MAX_DAYS/],
  [{ MARKET_DATA: 'yahoo' }, /MARKET_DATA must be one of demo, cboe, marketdata, tradier/],
  [{ MARKET_DATA: 'marketdata,cboe' }, /^MARKETDATA_TOKEN must be set/],
  [{ SCAN_SCHEDULE: '15' }, /^SCAN_SCHEDULE must be a cron expression .* \(it is "15"\)\.$/m],
  [{ CLOCK_AT: 'yesterday' }, /CLOCK_AT must be an instant/],
  [{ ENVIRONMENT: 'PRODUCTION' }, /AUTH_SECRET must be set/],
  [{ HOST: '0.0.0.0' }, /demo administrator with a known password/],
  [{ DATABASE_URL: 'mysql://x' }, /DATABASE_URL must be an address like postgres:/],
  [{ DATABASE_URL: 'postgres://u:hidden@127.0.0.1:1/x' }, /database x on 127\.0\.0\.1:1 cannot be reached/],
  [{ REDIS_URL: 'http://x' }, /REDIS_URL must be an address like redis:/],
])('with %j it says what is wrong and exits with 1', async (settings, sentence) => {
  const { code, output } = await runToEnd(settings)
  expect(output).toMatch(sentence)
  expect(output).not.toMatch(/\n\s+at |hidden/)
  expect(code).toBe(1)
})

test('a port in use is said plainly', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  const { code, output } = await runToEnd({ PORT: String(port) })
  other.close()
  expect(output).toContain(`Port ${port} is in use on 127.0.0.1.`)
  expect(code).toBe(1)
})

test('HOST is respected', async () => {
  await using server = await launch({ HOST: '127.0.0.2' })
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.2:/)
  expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
})

describe('SIGTERM in the middle of a scan', () => {
  test('cancels it, ends the streams after the last status, and exits with 0 within 5 s', async () => {
    await using server = await launch()
    const cookie = await signIn(server.url)
    const socket = follow<Following>(server.url, cookie, FOLLOW)
    const events = follow<Following>(server.url, cookie, FOLLOW, 'SSE')
    const raw = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { cookie },
    })
    raw.on('open', () => raw.send(JSON.stringify({ type: 'connection_init' })))
    const closed = new Promise((resolve) => raw.on('close', resolve))
    await until(() => socket.values.length > 0 && events.values.length > 0)
    await ask(server.url, cookie, START)
    await until(() => (socket.last()?.scanStatus.progress.done ?? 0) > 0)
    const { code, afterMs } = await server.end('SIGTERM')
    expect(code).toBe(0)
    expect(afterMs).toBeLessThan(5_000)
    // Not completed, which would mean that there is nothing more to come: closed, so that the client comes back.
    await expect(socket.ended).rejects.toMatchObject({ code: 1001 })
    await events.ended
    expect(await closed).toBe(1001)
    for (const stream of [socket, events]) {
      expect(stream.last()?.scanStatus).toMatchObject({
        state: 'CANCELLED',
        lastRun: expect.stringContaining('Scan cancelled at') as string,
      })
    }
  })
})

test('with SHUTDOWN_DELAY_MS it serves on after SIGTERM, while it says that nobody is to be sent here', async () => {
  await using server = await launch({ SHUTDOWN_DELAY_MS: '2000' })
  const ended = server.end('SIGTERM')
  const status = async (path: string) => (await fetch(server.url + path)).status
  await until(async () => (await status('/health/ready')) === 503)
  expect(await status('/api/status')).toBe(200)
  const { code, afterMs } = await ended
  expect(code).toBe(0)
  expect(afterMs).toBeGreaterThan(1_900)
})
