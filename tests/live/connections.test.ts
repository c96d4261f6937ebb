/** Clients that stall, and clients that come and go in every way: nobody else notices, and nothing is left behind. */
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Redis } from 'ioredis'
import { drawsOf } from '../../server/src/market/demo/random.ts'
import { seat } from '../support/audience.ts'
import { comeAndGo } from '../support/comings-and-goings.ts'
import { metricOf, probe, troubleOf } from '../support/probe.ts'
import { launch, type ServerProcess } from '../support/process.ts'
import { openSocket } from '../support/raw-socket.ts'
import { startRedis, type RedisServer } from '../support/redis-server.ts'
import { ask, signIn } from '../support/server.ts'
import { pause, until } from '../support/until.ts'

const everything = process.env['FAULTS'] === 'all'
/** How long people are talked to, with and without somebody who does not listen. */
const TALK_MS = everything ? 60_000 : 5_000
/** 99 of a hundred answers are there by then; on a machine that does nothing else, sooner. */
const P99_MS = everything ? 250 : 1_500
/** Timers and connections that come and go by themselves. */
const SLACK = 10
const COMINGS = everything ? 10_000 : 2_000
const LANES = 8
const MEGABYTE = 1024 * 1024
const START = 'mutation { startScan { __typename } }'
/** Everything there is, so that what is not read grows fast. */
const LARGE = `subscription { scanStatus { seq lastRun progress { done total current } changedOutcomes { symbol message }
  changedTickers { symbol scannedAt rejections { __typename } options { id side expiration strike bid ask mid delta annualizedReturn premium breakEven collateral quality { grade } } } } }`

describe.skipIf(process.env['TEST_REDIS_URL'] === undefined)('a server with Redis', () => {
  let redis: RedisServer
  let observer: Redis
  let server: ServerProcess
  let cookie: string

  beforeAll(async () => {
    redis = await startRedis()
    observer = new Redis(redis.url)
    server = await launch({
      REDIS_URL: redis.url,
      AUTH_SECRET: 'a secret of the connection tests, and of nobody else',
      DEMO_LATENCY_MS: '10',
      RATE_LIMIT_PER_MINUTE: '0',
      MAX_SOCKETS_PER_USER: '0',
      MAX_SOCKETS_PER_ADDRESS: '0',
    })
    cookie = await signIn(server.url)
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    observer.disconnect()
    await redis[Symbol.asyncDispose]()
  })

  const number = async (name: string, labels = '') => (await metricOf(server.url, name)).get(labels) ?? 0
  const memory = () => number('process_resident_memory_bytes')
  const audience = () => number('wheel_analyzer_subscribers')

  /** Everything that keeps the process busy or is held open, by kind. */
  const resources = async () => {
    const kinds = await metricOf(server.url, 'nodejs_active_resources')
    const of = (type: string) => kinds.get(`type="${type}"`) ?? 0
    return {
      connections: of('TCPSocketWrap'),
      timers: of('Timeout'),
      sockets: await number('wheel_analyzer_websocket_connections'),
      subscribers: await audience(),
      channels: (await observer.pubsub('CHANNELS')).length,
    }
  }

  /** One scan after the other. @returns how long 99 of a hundred queries took at most, in milliseconds */
  async function talk(): Promise<number> {
    await using bystander = probe(server.url, { cookie })
    const end = performance.now() + TALK_MS
    while (performance.now() < end) {
      await ask(server.url, cookie, START)
      await pause(300)
    }
    await bystander.stop()
    expect(bystander.troubles()).toEqual([])
    return bystander.within(99)
  }

  test('a WebSocket and a stream that nobody reads harm none of 200 others', async () => {
    using others = seat([server.url], cookie, 200)
    await others.seated()
    const alone = await talk()
    const before = await memory()

    const webSocket = await openSocket(`${server.url.replace('http', 'ws')}/graphql`, { headers: { cookie } })
    webSocket.say({ type: 'connection_init' })
    await until(() => webSocket.heard.length === 1)
    webSocket.socket.pause()
    for (let n = 0; n < 100; n += 1)
      webSocket.say({ id: String(n), type: 'subscribe', payload: { query: LARGE } })
    const events = connect(Number(new URL(server.url).port), '127.0.0.1')
    events.on('error', () => {})
    events.pause()
    const text = JSON.stringify({ query: LARGE })
    events.write(
      `POST /graphql HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    )
    await until(async () => (await audience()) === 301)

    const beside = await talk()
    await others.agreed()
    expect(others.dropped()).toBe(0)
    console.log(
      `200 readers: 99 % of queries within ${alone.toFixed(0)} ms, with two more that stall within ${beside.toFixed(0)} ms; memory ${(((await memory()) - before) / MEGABYTE).toFixed(0)} MB more`,
    )
    expect(beside).toBeLessThan(P99_MS + 2 * alone)
    expect((await memory()) - before).toBeLessThan(200 * MEGABYTE)
    events.destroy()
    webSocket.socket.terminate()
    await until(async () => (await audience()) === 200)
  }, 180_000)

  test(
    `${COMINGS} clients that come and go in every way leave nothing behind`,
    async () => {
      const place = { url: server.url, cookie }
      // What stays for good is there from the first on.
      for (let n = 0; n < 30; n += 1) await comeAndGo(place, drawsOf('warm', n))
      await until(async () => (await audience()) === 0)
      await pause(6_000)
      const before = await resources()
      const memoryBefore = await memory()

      await using bystander = probe(server.url, { cookie })
      let index = 0
      async function lane(): Promise<void> {
        while (index < COMINGS) await comeAndGo(place, drawsOf('connections', index++))
      }
      await Promise.all(Array.from({ length: LANES }, lane))
      await bystander.stop()

      await until(async () => {
        const { connections, ...rest } = await resources()
        expect({ ...rest, connections }).toMatchObject({
          sockets: 0,
          subscribers: 0,
          channels: before.channels,
        })
        expect(rest.timers).toBeLessThan(before.timers + SLACK)
        expect(connections).toBeLessThan(before.connections + SLACK)
        return true
      }, 20_000)
      console.log(
        `${COMINGS} comings and goings: 99 % of ${bystander.answers()} good queries within ${bystander.within(99).toFixed(0)} ms; memory ${(((await memory()) - memoryBefore) / MEGABYTE).toFixed(0)} MB more`,
      )
      expect(bystander.troubles()).toEqual([])
      expect(bystander.within(99)).toBeLessThan(P99_MS)
      expect((await memory()) - memoryBefore).toBeLessThan(200 * MEGABYTE)
      expect(await troubleOf(server.url, { cookie })).toBeNull()
      // Lines of the level `error` and above.
      expect(server.output().match(/^\{"level":[56]0.*$/gm) ?? []).toEqual([])
    },
    everything ? 300_000 : 60_000,
  )
})
