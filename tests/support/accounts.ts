/** Accounts on a test's database, without mail and without limits by address. */
import type { AuthOptions } from '../../server/src/auth/auth.ts'
import { openRevocations } from '../../server/src/auth/revocations.ts'
import { createCounters } from '../../server/src/limits/counters.ts'
import type { TestDatabase } from '../server/db/databases.ts'
import { realClock, silentLog } from './fakes.ts'

export async function authOptions(database: TestDatabase): Promise<AuthOptions> {
  return {
    prisma: database.prisma,
    sql: database.sql,
    afterOutage: database.afterOutage,
    revocations: await openRevocations({ shared: null, clock: realClock, log: silentLog }),
    counters: createCounters({ redis: null, prefix: 'test', log: silentLog }),
    mailer: null,
    clock: realClock,
    secret: 'a secret of this test, long enough to be one',
    publicUrl: null,
    secureCookies: false,
    environment: 'LOCAL',
    setupCode: 'k7qf-2m9x-w4hd-8tzn',
    clientAddressHeader: 'x-client-address',
    signInsPerMinute: 0,
    auditDays: 365,
    log: silentLog,
  }
}
