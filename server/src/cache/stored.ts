/** What the cache's texts must look like when they are read back: a shared Redis can hold anything. */
import { z } from 'zod'
import type { KeptContract, ScanEvent, TickerOutcome, TickerResult } from '../scan/model.ts'
import type { RunPlan } from '../scan/ports.ts'
import { qualityGrades, qualityIssues, rejectionReasons } from '../scan/model.ts'

const number = z.number()
const nullable = z.number().nullable()
const side = z.enum(['PUT', 'CALL'])
const state = z.enum(['IDLE', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'INTERRUPTED'])

const keptContract: z.ZodType<KeptContract> = z.object({
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
  quotedAt: z.string().nullable(),
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

export const tickerResult: z.ZodType<TickerResult> = z.object({
  symbol: z.string(),
  source: z.string(),
  delayMinutes: nullable,
  rejections,
  nearMisses,
  scannedAt: z.iso.datetime(),
  quotedAt: z.iso.datetime().nullable(),
  underlyingPrice: nullable,
  options: z.array(keptContract),
})

export const tickerOutcome: z.ZodType<TickerOutcome> = z.object({
  symbol: z.string(),
  contractsScreened: number,
  contractsKept: number,
  rejections,
  nearMisses,
  price: z
    .object({ symbol: z.string(), price: number, pricedAt: z.iso.datetime(), source: z.string() })
    .nullable(),
  message: z.string().nullable(),
})

export const runPlan: z.ZodType<RunPlan> = z.object({
  runId: z.string(),
  startedAt: z.iso.datetime(),
  startedById: z.string().nullable(),
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

/** The status hash, without its `current:SYMBOL` fields. */
export const storedStatus = z.object({
  state,
  runId: z.string().nullable().default(null),
  startedAt: z.iso.datetime().nullable().default(null),
  finishedAt: z.iso.datetime().nullable().default(null),
  done: z.coerce.number().int().nonnegative().default(0),
  total: z.coerce.number().int().nonnegative().default(0),
})

export const scanEvent: z.ZodType<ScanEvent> = z.object({
  epoch: z.string(),
  seq: number,
  // A server of an earlier version says nothing of it.
  edition: z.string().nullable().default(null),
  at: z.iso.datetime(),
  state,
  scanInProgress: z.boolean(),
  runId: z.string().nullable(),
  lastRun: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  progress: z.object({ done: number, total: number, current: z.array(z.string()) }),
  changed: z.array(z.string()),
  removed: z.array(z.string()),
  outcome: tickerOutcome.nullable(),
  reset: z.boolean(),
})
