/** Somebody who asks a small good question again and again, and notices how long the answer takes. */
import { pause } from './until.ts'

export interface Probe extends AsyncDisposable {
  answers(): number
  /** So many of a hundred answers came within this, in milliseconds. */
  within(percent: number): number
  /** Whatever was no answer. */
  troubles(): string[]
  stop(): Promise<void>
}

export function probe(url: string, headers: Record<string, string>): Probe {
  const latencies: number[] = []
  const troubles: string[] = []
  const stopping = new AbortController()
  const asking = (async () => {
    while (!stopping.signal.aborted) {
      const began = performance.now()
      const trouble = await troubleOf(url, headers)
      latencies.push(performance.now() - began)
      if (trouble !== null) troubles.push(trouble)
      await pause(20)
    }
  })()
  async function stop(): Promise<void> {
    stopping.abort()
    await asking
  }
  return {
    answers: () => latencies.length,
    within(percent) {
      const sorted = latencies.toSorted((a, b) => a - b)
      return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? Infinity
    },
    troubles: () => troubles,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

const body = JSON.stringify({ query: '{ viewer { __typename } scanStatus { state } }' })

/** Null when a good query has been answered well. */
export async function troubleOf(url: string, headers: Record<string, string>): Promise<string | null> {
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      signal: AbortSignal.timeout(10_000),
    })
    const text = await response.text()
    const { data, errors } = JSON.parse(text) as { data?: { viewer?: object }; errors?: object }
    return response.status === 200 && errors === undefined && data?.viewer
      ? null
      : `${response.status} ${text}`
  } catch (error) {
    return String(error)
  }
}

/** What the process tells Prometheus: the values of one metric, by its labels as they are written. */
export async function metricOf(url: string, name: string, headers: Record<string, string> = {}) {
  const text = await (await fetch(`${url}/metrics`, { headers })).text()
  const lines = text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'))
  return new Map([...lines].map(([, labels = '', value]) => [labels, Number(value)]))
}
