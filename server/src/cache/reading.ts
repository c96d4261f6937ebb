/** Turns stored texts back into values, keeping what is good and naming what is not. */
import type * as z from 'zod/mini'
import type { ScanState, ScanSummary, TickerOutcome, TickerResult } from '../scan/model.ts'
import type { RunPlan } from '../scan/ports.ts'
import { runPlan, storedStatus, tickerOutcome, tickerResult } from './stored.ts'

const CURRENT = 'current:'

/** Reads the entries of a hash by symbol. One whose text has not changed since is not parsed again. */
export interface EntryReader<T> {
  /** Those of the whole hash, sorted by symbol. The symbols of what cannot be read are added to `corrupt`. */
  all(hash: Record<string, string>, corrupt: string[]): T[]
  /** Those of some symbols; what cannot be read is left out. */
  some(hash: Record<string, string>): T[]
}

export const createRowReader = () => createEntryReader<TickerResult>(tickerResult)
export const createOutcomeReader = () => createEntryReader<TickerOutcome>(tickerOutcome)

function createEntryReader<T extends { symbol: string }>(shape: z.ZodMiniType<T>): EntryReader<T> {
  let known = new Map<string, { text: string; entry: T }>()

  function read(hash: Record<string, string>, corrupt: string[]): [string, { text: string; entry: T }][] {
    return Object.keys(hash)
      .toSorted()
      .flatMap((symbol): [string, { text: string; entry: T }][] => {
        const text = hash[symbol] ?? ''
        const before = known.get(symbol)
        if (before?.text === text) return [[symbol, before]]
        const { data } = shape.safeParse(parseJson(text))
        if (data?.symbol === symbol) return [[symbol, { text, entry: data }]]
        corrupt.push(symbol)
        return []
      })
  }
  const entriesOf = (read: [string, { entry: T }][]) => read.map(([, { entry }]) => entry)

  return {
    all(hash, corrupt) {
      const whole = read(hash, corrupt)
      known = new Map(whole)
      return entriesOf(whole)
    },
    some(hash) {
      const some = read(hash, [])
      for (const [symbol, one] of some) known.set(symbol, one)
      return entriesOf(some)
    },
  }
}

/** The status hash; an absent one is IDLE. */
export function readStatus(
  hash: Record<string, string>,
  key: string,
  corrupt: string[],
): Omit<ScanSummary, 'lastRun' | 'scanInProgress'> {
  const idle = {
    state: 'IDLE' as ScanState,
    runId: null,
    startedAt: null,
    finishedAt: null,
    done: 0,
    total: 0,
  }
  const parsed = Object.keys(hash).length === 0 ? { success: true, data: idle } : storedStatus.safeParse(hash)
  if (!parsed.success) corrupt.push(key)
  const { done, total, ...status } = parsed.data ?? idle
  const current = Object.keys(hash).filter((field) => field.startsWith(CURRENT))
  return {
    ...status,
    progress: { done, total, current: current.map((field) => field.slice(CURRENT.length)).toSorted() },
  }
}

/** Null when there is none that can be read. */
export function readPlan(text: string | null | undefined): RunPlan | null {
  return runPlan.safeParse(parseJson(text ?? undefined)).data ?? null
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
