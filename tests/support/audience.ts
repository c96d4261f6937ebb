/** Many people at once: subscribers who merge what they are told as the page does, and queries that never rest. */
import { ask, follow, type Stream } from './server.ts'
import { pause, until } from './until.ts'

/** What a person sees, and what the servers say when they are asked. */
export interface Sight {
  epoch: string
  seq: number
  state: string
  scanInProgress: boolean
  lastRun: string
  degraded: boolean
  /** Symbol and time of its scan, sorted. */
  rows: string[]
}

interface Row {
  symbol: string
  scannedAt: string
}

interface Update extends Omit<Sight, 'rows'> {
  snapshot: boolean
  progress: { done: number }
  changedTickers: Row[]
  removedTickers: string[]
}

const STATUS = 'epoch seq snapshot degraded state scanInProgress lastRun progress { done }'
const FOLLOW = `subscription { scanStatus { ${STATUS} changedTickers { symbol scannedAt } removedTickers } }`
const ASK = `{ scanStatus { ${STATUS} changedTickers { symbol scannedAt } removedTickers } }`

/** Leaves when it is disposed of. */
export interface Audience extends Disposable {
  /** All have been told something. */
  seated(): Promise<void>
  /** All see exactly what each server answers, and nothing is degraded. @returns what that is */
  agreed(withinMs?: number): Promise<Sight>
  /** Updates of the first one, in order. */
  heard(): Update[]
  /** Streams that have ended or failed. */
  dropped(): number
}

/** So many subscribers, on all servers in turn, every second one over SSE. */
export function seat(urls: string[], cookie: string, count: number): Audience {
  let dropped = 0
  const streams: Stream<{ scanStatus: Update }>[] = Array.from({ length: count }, (_, index) => {
    const url = urls[index % urls.length] ?? ''
    const transport = Math.floor(index / urls.length) % 2 === 0 ? 'WebSocket' : 'SSE'
    const stream = follow<{ scanStatus: Update }>(url, cookie, FOLLOW, transport)
    const drop = () => (dropped += 1)
    stream.ended.then(drop, drop)
    return stream
  })
  return {
    seated: () => until(() => streams.every(({ values }) => values.length > 0), 20_000),
    async agreed(withinMs = 15_000) {
      let truth: Sight | undefined
      await until(async () => {
        const answers = await Promise.all(urls.map((url) => look(url, cookie)))
        truth = answers[0]
        const expected = JSON.stringify(truth)
        if (truth === undefined || truth.degraded) throw new Error(`not told yet: ${expected}`)
        const seen = [...answers, ...streams.map(sightOf)].map((sight) => JSON.stringify(sight))
        const other = seen.filter((sight) => sight !== expected)
        if (other.length > 0) throw new Error(`${other.length} do not see ${expected} but ${other[0]}`)
        return true
      }, withinMs)
      return truth as Sight
    },
    heard: () => streams[0]?.values.map(({ scanStatus }) => scanStatus) ?? [],
    dropped: () => dropped,
    [Symbol.dispose]() {
      for (const stream of streams) stream.stop()
    },
  }
}

export async function look(url: string, cookie: string): Promise<Sight> {
  const { data } = await ask<{ scanStatus: Update }>(url, cookie, ASK)
  return merge([data.scanStatus])
}

const sightOf = (stream: Stream<{ scanStatus: Update }>) =>
  merge(stream.values.map(({ scanStatus }) => scanStatus))

function merge(updates: Update[]): Sight {
  let sight: Omit<Sight, 'rows'> | null = null
  const rows = new Map<string, string>()
  for (const { snapshot, changedTickers, removedTickers, progress: _progress, ...told } of updates) {
    const known = sight !== null && sight.epoch === told.epoch && told.seq <= sight.seq
    if (!snapshot && known && !told.degraded) continue
    sight = told
    if (snapshot) rows.clear()
    for (const { symbol, scannedAt } of changedTickers) rows.set(symbol, scannedAt)
    for (const symbol of removedTickers) rows.delete(symbol)
  }
  if (sight === null) throw new Error('nothing was told')
  return { ...sight, rows: [...rows].map(([symbol, at]) => `${symbol} ${at}`).toSorted() }
}

/** Stops asking when it is disposed of. */
export interface Crowd extends AsyncDisposable {
  answers(): number
  /** How long the slowest answer took, in milliseconds. */
  slowestMs(): number
  /** Whatever was no answer: HTTP status, GraphQL errors, broken connections. */
  troubles(): string[]
  stop(): Promise<void>
}

/** On each server, somebody who asks for the results again as soon as they are there, until stopped. */
export function query(urls: string[], cookie: string): Crowd {
  const body = JSON.stringify({ query: '{ scanResults { degraded lastRun tickers { symbol } } }' })
  const headers = { 'content-type': 'application/json', cookie }
  let answers = 0
  let slowestMs = 0
  const troubles: string[] = []
  const stopping = new AbortController()
  const askers = urls.map(async (url) => {
    while (!stopping.signal.aborted) {
      const began = performance.now()
      try {
        const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body })
        const text = await response.text()
        if (response.status !== 200 || text.includes('"errors"')) troubles.push(`${response.status} ${text}`)
      } catch (error) {
        troubles.push(String(error))
      }
      answers += 1
      slowestMs = Math.max(slowestMs, performance.now() - began)
      await pause(20)
    }
  })
  async function stop(): Promise<void> {
    stopping.abort()
    await Promise.all(askers)
  }
  return {
    answers: () => answers,
    slowestMs: () => slowestMs,
    troubles: () => troubles,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
