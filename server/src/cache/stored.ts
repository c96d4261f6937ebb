/** What the cache's texts must look like when they are read back: a shared Redis can hold anything. */
import * as z from 'zod/mini'
import type { KeptContract, ScanEvent, TickerOutcome, TickerResult } from '../scan/model.ts'
import type { RunPlan } from '../scan/ports.ts'
import { qualityGrades, qualityIssues, rejectionReasons } from '../scan/model.ts'

const number = z.number()
const nullable = z.nullable(z.number())
const side = z.enum(['PUT', 'CALL'])
const state = z.enum(['IDLE', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'INTERRUPTED'])

const keptContract: z.ZodMiniType<KeptContract> = z.object({
  occSymbol: z.string(),
  side,
  expiration: z.string(),
  expirationKind: z.enum(['WEEKLY', 'MONTHLY', 'QUARTERLY', 'LEAPS']),
  daysToExpiration: number,
  strike: number,
  bid: number,
  ask: nullable,
  mid: nullable,
  spreadPercent: nullable,
  delta: number,
  impliedVolatility: nullable,
  openInterest: nullable,
  volume: nullable,
  annualizedReturn: number,
  otmPercent: number,
  breakEven: number,
  probabilityOtm: nullable,
  probabilityOfProfit: nullable,
  collateral: number,
  premium: number,
  greeksSource: z.enum(['VENDOR', 'MODEL', 'NONE']),
  quotedAt: z.nullable(z.string()),
  quality: z.object({ grade: z.enum(qualityGrades), issues: z.array(z.enum(qualityIssues)) }),
})

const rejections = z.partialRecord(z.enum(rejectionReasons), number)
const nearMisses = z.array(
  z.object({
    occSymbol: z.string(),
    expiration: z.string(),
    strike: number,
    reason: z.enum(rejectionReasons),
    limit: number,
    value: number,
    distance: number,
  }),
)

export const tickerResult: z.ZodMiniType<TickerResult> = z.object({
  symbol: z.string(),
  source: z.string(),
  delayMinutes: nullable,
  rejections,
  nearMisses,
  scannedAt: z.iso.datetime(),
  quotedAt: z.nullable(z.iso.datetime()),
  underlyingPrice: nullable,
  options: z.array(keptContract),
})

export const tickerOutcome: z.ZodMiniType<TickerOutcome> = z.object({
  symbol: z.string(),
  contractsScreened: number,
  contractsKept: number,
  rejections,
  nearMisses,
  price: z.nullable(
    z.object({ symbol: z.string(), price: number, pricedAt: z.iso.datetime(), source: z.string() }),
  ),
  message: z.nullable(z.string()),
})

export const runPlan: z.ZodMiniType<RunPlan> = z.object({
  runId: z.string(),
  startedAt: z.iso.datetime(),
  startedById: z.nullable(z.string()),
  symbols: z.array(z.string()),
  criteria: z.object({
    side,
    minAnnualizedReturn: number,
    maxAbsDelta: number,
    minDaysToExpiration: number,
    maxDaysToExpiration: number,
    maxSpreadPercent: nullable,
    minOpenInterest: number,
  }),
})

const count = z.coerce.number().check(z.int(), z.nonnegative())

/** The status hash, without its `current:SYMBOL` fields. */
export const storedStatus = z.object({
  state,
  runId: z._default(z.nullable(z.string()), null),
  startedAt: z._default(z.nullable(z.iso.datetime()), null),
  finishedAt: z._default(z.nullable(z.iso.datetime()), null),
  done: z._default(count, 0),
  total: z._default(count, 0),
})

export const scanEvent: z.ZodMiniType<ScanEvent> = z.object({
  epoch: z.string(),
  seq: number,
  // A server of an earlier version says nothing of it.
  edition: z._default(z.nullable(z.string()), null),
  at: z.iso.datetime(),
  state,
  scanInProgress: z.boolean(),
  runId: z.nullable(z.string()),
  lastRun: z.string(),
  startedAt: z.nullable(z.string()),
  finishedAt: z.nullable(z.string()),
  progress: z.object({ done: number, total: number, current: z.array(z.string()) }),
  changed: z.array(z.string()),
  removed: z.array(z.string()),
  outcome: z.nullable(tickerOutcome),
  reset: z.boolean(),
})
