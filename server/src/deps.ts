/** The server: every adapter, built once, in the order in which they stand on each other; `close` goes back in reverse. */
import { createHmac } from 'node:crypto'
import { createAuth, type Auth } from './auth/auth.ts'
import { openRevocations } from './auth/revocations.ts'
import { loadSecret } from './auth/secret.ts'
import { closeable, type OnClose } from './closing.ts'
import { createCriteriaStore } from './db/criteria.ts'
import type { Database } from './db/database.ts'
import { lastKnown } from './db/last-known.ts'
import { CLIENT_ADDRESS_HEADER } from './edge.ts'
import { BadEnvironment, type Env } from './env.ts'
import type { Schedule, ScheduleOptions } from './events/schedule.ts'
import { openFoundation, type Foundation } from './foundation.ts'
import type { Api } from './graphql/context.ts'
import type { Counters } from './limits/counters.ts'
import type { Mailer } from './mail/mailer.ts'
import { nextOpening } from './market/calendar.ts'
import { createCriteria } from './scan/criteria.ts'
import { createCuratedList } from './scan/curated-list.ts'
import { createDataVersion, type DataVersion } from './scan/data-version.ts'
import { createLiveStatus } from './scan/live.ts'
import type { ScanCriteria } from './scan/model.ts'
import type { Ops } from './ops/routes.ts'
import { tracedScanner } from './ops/traced-scanner.ts'
import type { Log } from './scan/ports.ts'
import { settleRuns } from './scan/run-book.ts'
import { createScanner } from './scan/scanner.ts'

export interface Deps {
  auth: Auth
  api: Api
  ops: Ops
  limits: { counters: Counters }
  version: DataVersion
  /** What the first administrator has to type. */
  setupCode: string
  /** Where things are kept, for the operator. */
  description: Foundation['description']
  /** Gives the scan to other workers, or cancels it where there are none. */
  drain(): Promise<void>
  /** Ends the streams and closes the connections, after `drain`. */
  close(): Promise<void>
}

/**
 * @param opening of the database, where that has begun already
 * @throws DatabaseUnavailable and BadEnvironment, with a sentence for the operator
 */
export function createDeps(env: Env, log: Log, opening?: Promise<Database>): Promise<Deps> {
  return closeable(log, (onClose) => build(env, log, onClose, opening))
}

async function build(
  env: Env,
  log: Log,
  onClose: OnClose,
  opening?: Promise<Database>,
): Promise<Omit<Deps, 'close'>> {
  const foundation = await openFoundation(env, log, onClose, opening)
  const { clock, newId, shared, marketData, marketHours, database, stocks, runs, worker, ops } = foundation
  const { cache, events, queue } = shared

  const secret = env.AUTH_SECRET ?? loadSecret(env.DATA_DIR)
  const setupCode = setupCodeOf(secret)
  const revocations = await openRevocations({ shared: shared.revocations, clock, log })
  onClose(() => revocations.close())
  const mailer = await mailerOf(env, log)
  onClose(async () => mailer?.close())
  const auth = await createAuth({
    prisma: database.prisma,
    sql: database.sql,
    afterOutage: database.afterOutage,
    revocations,
    clock,
    secret,
    publicUrl: env.PUBLIC_URL ?? null,
    secureCookies: env.PUBLIC_URL?.startsWith('https:') ?? false,
    environment: env.ENVIRONMENT,
    setupCode,
    clientAddressHeader: CLIENT_ADDRESS_HEADER,
    counters: shared.counters,
    mailer,
    signInsPerMinute: env.SIGN_INS_PER_MINUTE,
    auditDays: env.AUDIT_DAYS,
    log,
  })
  onClose(() => auth.close())

  const criteria = createCriteria(createCriteriaStore(database.prisma, criteriaOf(env)), cache, log)
  const scanner = tracedScanner(
    createScanner(
      { cache, queue, marketData, stocks, runs, criteria, marketHours, clock, log, newId },
      {
        concurrency: env.SCAN_CONCURRENCY,
        riskFreeRate: env.RISK_FREE_RATE,
        sweepMs: env.SCAN_SWEEP_MS,
        resultsLifetimeMs: env.CACHE_TTL_OPTIONS_SECONDS * 1000,
        ignoreMarketHours: env.ENVIRONMENT === 'LOCAL',
      },
    ),
  )
  await scanner.open()
  database.onBack(() => void settleRuns({ cache, runs, clock, log }))
  const schedule = await scheduleOf(env, {
    clock,
    nextOpening,
    claim: shared.claimInstant,
    start: () => scanner.start(null),
    log,
  })
  schedule?.open()
  if (env.SCAN_WORKERS === 'embedded') worker.open()
  const live = createLiveStatus({
    cache,
    events,
    stocks,
    log,
    sources: marketData.sources,
    lookMs: env.STATUS_LOOK_MS,
  })
  // The end of a cancelled scan still reaches the subscribers: streams end after it.
  const drain = async () => {
    await schedule?.close()
    await scanner.close()
    await worker.close()
  }
  onClose(() => live.close())
  onClose(drain)

  return {
    auth,
    api: {
      scanner,
      live,
      curatedList: createCuratedList(stocks, cache, stocks.prepare, log),
      marketData,
      marketHours,
      clock,
      // Read like results, with the database away as well; a scan starts by what they are now, or not at all.
      criteria: { ...criteria, current: lastKnown(criteria.current, clock) },
      runs,
      accounts: auth.accounts,
      nextScheduledScan: () => schedule?.next() ?? null,
      resultsLifetimeMs: env.CACHE_TTL_OPTIONS_SECONDS * 1000,
      isLocalEnvironment: env.ENVIRONMENT === 'LOCAL',
    },
    ops,
    limits: { counters: shared.counters },
    version: createDataVersion(cache, marketHours, stocks.prepare),
    setupCode,
    drain,
    description: foundation.description,
  }
}

async function mailerOf({ SMTP_URL, MAIL_FROM }: Env, log: Log): Promise<Mailer | null> {
  if (SMTP_URL === undefined || MAIL_FROM === undefined) return null
  const { createMailer } = await import('./mail/mailer.ts')
  return createMailer({ smtpUrl: SMTP_URL, from: MAIL_FROM, log })
}

/** @throws BadEnvironment */
async function scheduleOf(
  { SCAN_SCHEDULE: expression }: Env,
  options: Omit<ScheduleOptions, 'expression'>,
): Promise<Schedule | null> {
  if (expression === undefined) return null
  const { createSchedule, isSchedule } = await import('./events/schedule.ts')
  if (isSchedule(expression)) return createSchedule({ expression, ...options })
  throw new BadEnvironment(
    `SCAN_SCHEDULE must be a cron expression in New York time, like */15 9-16 * * 1-5 for every 15 minutes (it is ${JSON.stringify(expression)}).`,
  )
}

function criteriaOf(env: Env): ScanCriteria {
  return {
    side: 'PUT',
    minAnnualizedReturn: env.SCAN_MIN_ANNUALIZED_RETURN,
    maxAbsDelta: env.SCAN_MAX_ABS_DELTA,
    minDaysToExpiration: env.SCAN_MIN_DAYS,
    maxDaysToExpiration: env.SCAN_MAX_DAYS,
    maxSpreadPercent: env.SCAN_MAX_SPREAD_PERCENT ?? null,
    minOpenInterest: env.SCAN_MIN_OPEN_INTEREST,
  }
}

/**
 * The same on every server of an installation: a load balancer may bring it to any of them. 80 bits in groups that a
 * person can copy, without letters that look alike.
 */
function setupCodeOf(secret: string): string {
  const letters = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
  const bytes = createHmac('sha256', secret).update('set-up code').digest().subarray(0, 16)
  const code = [...bytes].map((byte) => letters[byte % letters.length]).join('')
  return code.replace(/(.{4})(?=.)/g, '$1-')
}
