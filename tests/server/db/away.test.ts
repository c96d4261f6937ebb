import { describe, expect, it } from 'vitest'
import { isDatabaseAway } from '../../../server/src/db/away.ts'
import { DatabaseAway, StockListError } from '../../../server/src/scan/errors.ts'

const error = (message: string, fields: object = {}, cause?: unknown) =>
  Object.assign(new Error(message, { cause }), fields)

describe('isDatabaseAway', () => {
  it.each([
    ['our own', new DatabaseAway()],
    ['Prisma’s, not reached', error('Can’t reach database server', { code: 'P1001' })],
    [
      'Prisma’s raw query that was cut off',
      error('Raw query failed', {
        code: 'P2010',
        meta: { driverAdapterError: error('cut', {}, { kind: 'postgres', originalCode: '57P01' }) },
      }),
    ],
    [
      'Prisma’s, with the adapter’s word for it',
      error('Database error', {
        code: 'P2039',
        meta: { driverAdapterError: error('DatabaseNotReachable', {}, { kind: 'DatabaseNotReachable' }) },
      }),
    ],
    ['Postgres, starting up', error('the database system is starting up', { code: '57P03' })],
    ['Postgres, with no connection left', error('sorry, too many clients already', { code: '53300' })],
    ['a connection exception', error('connection failure', { code: '08006' })],
    ['the system’s', error('connect ECONNREFUSED 127.0.0.1:5432', { code: 'ECONNREFUSED' })],
    ['every address of a host', new AggregateError([error('x'), error('y', { code: 'EHOSTUNREACH' })])],
    ['pg’s, broken', error('Connection terminated unexpectedly')],
    ['pg’s, no connection in time', error('timeout exceeded when trying to connect')],
    ['pg’s, no answer in time', error('Query read timeout')],
    ['pg’s, in a transaction', error('Client has encountered a connection error and is not queryable')],
    [
      'better-auth’s, with the cause',
      error('Failed to get session', { statusCode: 500 }, error('', { code: 'P1017' })),
    ],
  ])('knows %s', (_who, away) => expect(isDatabaseAway(away)).toBe(true))

  it.each([
    ['a duplicate', error('Unique constraint failed', { code: 'P2002' })],
    ['a mistake in a query', error('relation "x" does not exist', { code: '42P01' })],
    ['a deadlock', error('deadlock detected', { code: '40P01' })],
    ['a cancelled statement', error('canceling statement due to user request', { code: '57014' })],
    ['a person’s mistake', new StockListError('NOT_FOUND', 'ZZZ is not on the list.')],
    ['a bug', new TypeError('x is not a function')],
    ['nothing', null],
    ['a text', 'ECONNREFUSED'],
  ])('does not take %s for it', (_what, other) => expect(isDatabaseAway(other)).toBe(false))
})
