/** Turns stored texts back into values, keeping what is good and naming what is not. */
import type { z } from 'zod'
import type { ScanState, ScanSummary, TickerOutcome, TickerResult } from '../scan/model.ts'
import type { RunPlan } from '../scan/ports.ts'
import { runPlan, storedStatus, tickerOutcome, tickerResult } from './stored.ts'

const shapes = { row: tickerResult, outcome: tickerOutcome }
const CURRENT = 'current:'

/** The readable entries of a hash, sorted by symbol; the symbols of the others are added to `corrupt`. */
export function readEntries<T extends TickerResult | TickerOutcome>(
  kind: T extends TickerResult ? 'row' : 'outcome',
  hash: Record<string, string>,
  corrupt: string[],
): T[] {
  const shape = shapes[kind] as z.ZodType<T>
  const entries: T[] = []
  for (const symbol of Object.keys(hash).toSorted()) {
    const parsed = shape.safeParse(parseJson(hash[symbol]))
    if (parsed.success && parsed.data.symbol === symbol) entries.push(parsed.data)
    else corrupt.push(symbol)
  }
  return entries
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
