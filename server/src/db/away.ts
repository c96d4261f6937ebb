/** What it looks like when the database cannot be asked, in the words of Prisma, of pg, of Postgres and of the system. */
import { DatabaseAway } from '../scan/errors.ts'

/** For how long what is known stays in use while the database is away, milliseconds. */
export const TOLERATED_MS = 5 * 60_000

/** Prisma's codes: not reached, timed out, connection closed, no connection free, too many connections. */
const prismaCodes = ['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2037']
const systemCodes = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
]
const codes = new Set([...prismaCodes, ...systemCodes])

/** Postgres' own: broken connections, shutting down, crashed, starting up, no connection left. */
const postgresCode = /^(08...|57P0[1235]|53300)$/

/** What Prisma's adapter makes of some of these. */
const adapterKinds = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
])

/** pg has no codes of its own. */
const pgMessage =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed)/

/** True when the database could not be asked; false for every answer of it, errors included. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof DatabaseAway) return true
  if (typeof error !== 'object' || error === null) return false
  const { code, originalCode, kind, message, cause, errors, meta } = error as Record<string, unknown>
  return (
    [code, originalCode].some(
      (one) => typeof one === 'string' && (codes.has(one) || postgresCode.test(one)),
    ) ||
    (typeof kind === 'string' && adapterKinds.has(kind)) ||
    (typeof message === 'string' && pgMessage.test(message)) ||
    isDatabaseAway(cause) ||
    (Array.isArray(errors) && errors.some(isDatabaseAway)) ||
    (typeof meta === 'object' && meta !== null && 'driverAdapterError' in meta
      ? isDatabaseAway(meta.driverAdapterError)
      : false)
  )
}
