/** A subscriber that comes back whenever its stream ends, as the page does, and merges what it is told. */
import { follow, type Stream, type Transport } from './server.ts'
import { pause } from './until.ts'

interface Update {
  snapshot: boolean
  state: string
  lastRun: string
  changedTickers: { symbol: string; scannedAt: string }[]
  removedTickers: string[]
}

export interface Faithful {
  /** What it shows now, rows with symbol and time of their scan; null before the first update. */
  sight(): { state: string; lastRun: string; rows: string[] } | null
  /** How often it has subscribed, and how often the first thing it was told was a snapshot. */
  visits(): { subscriptions: number; snapshotsFirst: number }
  leave(): Promise<void>
}

const FOLLOW = `subscription {
  scanStatus { snapshot state lastRun changedTickers { symbol scannedAt } removedTickers }
}`

export function subscribeFaithfully(url: string, cookie: string, transport: Transport): Faithful {
  const rows = new Map<string, string>()
  let latest: Update | null = null
  let subscriptions = 0
  let snapshotsFirst = 0
  const leaving = new AbortController()
  let stream: Stream<{ scanStatus: Update }> | null = null
  let taken = 0

  /** Takes what has come since. */
  function catchUp(): void {
    for (const { scanStatus } of stream?.values.slice(taken) ?? []) {
      if (taken === 0 && scanStatus.snapshot) snapshotsFirst += 1
      taken += 1
      if (scanStatus.snapshot) rows.clear()
      for (const { symbol, scannedAt } of scanStatus.changedTickers) rows.set(symbol, scannedAt)
      for (const symbol of scanStatus.removedTickers) rows.delete(symbol)
      latest = scanStatus
    }
  }

  async function stay(): Promise<void> {
    while (!leaving.signal.aborted) {
      stream = follow(url, cookie, FOLLOW, transport)
      subscriptions += 1
      taken = 0
      await stream.ended.catch(() => {})
      catchUp()
      await pause(100)
    }
  }
  const gone = stay()

  return {
    sight() {
      catchUp()
      return latest === null
        ? null
        : { state: latest.state, lastRun: latest.lastRun, rows: [...rows].map((row) => row.join(' ')).sort() }
    },
    visits() {
      catchUp()
      return { subscriptions, snapshotsFirst }
    },
    async leave() {
      leaving.abort()
      stream?.stop()
      await gone
    },
  }
}
