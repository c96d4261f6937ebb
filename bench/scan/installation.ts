/** Starts the processes of an installation, and has them scan while it watches Redis. */
import { fork, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { scanKeys } from '../../server/src/cache/redis-scan-cache.ts'
import { connectRedis, connectSubscriber } from '../../server/src/cache/redis.ts'
import type { Answer, Mark, Order, ProcessTask, ServerReport, Usage } from './orders.ts'
import { readRedis, type RedisReading } from './redis-reading.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const program = fileURLToPath(new URL('process.ts', import.meta.url))

export interface Plan {
  /** Null: everything in one process. */
  redisUrl: string | null
  /** Processes that only scan; 0: the server does it itself. */
  workers: number
  /** Tickers at the same time, in each worker. */
  concurrency: number
  tickers: number
  latencyMs: number
  perSecond?: number | null
  vendorUrl?: string | null
  /** Default 2,700. */
  ttlSeconds?: number
  idleReaders?: number
}

export interface ScanReport extends Omit<ServerReport, 'state'> {
  /** Null without Redis; for the whole scan, and at the marks of `Mark`. */
  redis: Record<'before' | 'early' | 'late' | 'after', RedisReading> | null
  early: Mark
  late: Mark
  /** Bytes of each published message, when they were listened to. */
  messages: number[]
}

export interface Installation extends AsyncDisposable {
  /** @throws when it ends otherwise than completed */
  scan(listen?: boolean): Promise<ScanReport>
  /** Of the server first, then of each worker. */
  ask(name: 'rest' | 'usage'): Promise<Usage[]>
}

export async function install(plan: Plan): Promise<Installation> {
  const { redisUrl, workers, idleReaders = 0 } = plan
  const prefix = `bench-${randomUUID()}`
  const task: ProcessTask = {
    perSecond: null,
    vendorUrl: null,
    ttlSeconds: 2_700,
    ...plan,
    redisUrl,
    prefix,
    idleReaders,
    server: true,
    worker: workers === 0,
  }
  const worker: ProcessTask = { ...task, server: false, worker: true, idleReaders: 0 }
  const children = await Promise.all(
    [task, ...Array.from({ length: workers }, () => worker)].map(startProcess),
  )
  const [server] = children
  const redis = redisUrl === null ? null : await connectRedis(redisUrl)
  if (server === undefined) throw new Error('An installation has a server.')

  async function listen(): Promise<{ messages: number[]; stop(): void }> {
    const messages: number[] = []
    if (redisUrl === null) return { messages, stop() {} }
    const subscriber = connectSubscriber(redisUrl)
    await subscriber.subscribe(scanKeys(prefix).channel)
    subscriber.on('message', (_channel, message) => messages.push(Buffer.byteLength(message)))
    return { messages, stop: () => subscriber.disconnect() }
  }

  return {
    async scan(listening = false) {
      const ear = listening ? await listen() : { messages: [], stop() {} }
      const marks: Partial<Record<Mark['at'], Mark>> = {}
      const readings: Partial<Record<'before' | Mark['at'] | 'after', Promise<RedisReading>>> = {}
      const read = (at: keyof typeof readings) => {
        if (redis !== null) readings[at] = readRedis(redis)
      }
      server.onMark((mark) => {
        marks[mark.at] = mark
        read(mark.at)
      })
      read('before')
      await readings.before
      const { state, ...times } = await server.obey<ServerReport>('scan')
      read('after')
      const [before, early, late, after] = await Promise.all([
        readings.before,
        readings.early,
        readings.late,
        readings.after,
      ])
      ear.stop()
      if (state !== 'COMPLETED' || !marks.early || !marks.late) throw new Error(`The scan ended as ${state}.`)
      return {
        ...times,
        redis: before && early && late && after ? { before, early, late, after } : null,
        early: marks.early,
        late: marks.late,
        messages: ear.messages,
      }
    },
    ask: (name) => Promise.all(children.map((child) => child.obey<Usage>(name))),
    async [Symbol.asyncDispose]() {
      for (const child of children) await child.stop()
      if (redis === null) return
      await redis.flushall()
      redis.disconnect()
    },
  }
}

interface Process {
  obey<Result>(name: Order['name']): Promise<Result>
  onMark(listener: (mark: Mark) => void): void
  stop(): Promise<void>
}

async function startProcess(task: ProcessTask): Promise<Process> {
  const child = fork(program, [JSON.stringify(task)], {
    cwd: root,
    execArgv: ['--expose-gc', '--import', 'tsx/esm'],
  })
  let hear = (_mark: Mark) => {}
  let orders = 0
  child.on('message', (message: Answer | Mark) => {
    if ('at' in message) hear(message)
  })
  await answerTo(child, 0)
  return {
    async obey<Result>(name: Order['name']) {
      orders += 1
      const answer = answerTo(child, orders)
      child.send({ id: orders, name } satisfies Order)
      return (await answer) as Result
    },
    onMark: (listener) => void (hear = listener),
    async stop() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

function answerTo(child: ChildProcess, id: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const exited = (code: number | null) => reject(new Error(`A process of the bench ended with ${code}.`))
    const hear = (message: Answer | Mark) => {
      if ('at' in message || message.id !== id) return
      child.off('message', hear).off('exit', exited)
      if ('error' in message) reject(new Error(message.error))
      else resolve(message.result)
    }
    child.on('message', hear).once('exit', exited)
  })
}
