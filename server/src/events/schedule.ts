/**
 * Scans at set times, in market hours. Every server keeps the schedule; the one that claims a due instant first
 * starts the scan, so that a short scan is not repeated by a server whose clock is a little behind.
 */
import { CronExpressionParser } from 'cron-parser'
import { CacheUnavailable, DatabaseAway } from '../scan/errors.ts'
import type { Instant } from '../scan/model.ts'
import type { Clock, Log } from '../scan/ports.ts'
import type { StartOutcome } from '../scan/scanner.ts'
import { type ClaimInstant, LATE_MS } from './schedule-claims.ts'

/** How often the clock is looked at: it may be set, and a timer counts 24 days at most. */
const LOOK_MS = 60_000

/** A schedule that meets no market hours for so long never does. */
const HORIZON_MS = 400 * 86_400_000

const REFUSED = 'A scheduled scan was refused.'

export interface ScheduleOptions {
  /** Checked by `isSchedule`. In New York time. */
  expression: string
  clock: Clock
  /** When the exchange opens next, seen from `at`, milliseconds since 1970; null when it is open then. */
  nextOpening: (at: number) => Instant | null
  claim: ClaimInstant
  start: () => Promise<StartOutcome>
  log: Log
}

export interface Schedule {
  /** What has been due before is not made up for. */
  open(): void
  /** Waits for a start that is under way, not for its scan. */
  close(): Promise<void>
  /** When the next scan is due; null when none ever is. */
  next(): Instant | null
}

/** Whether `createSchedule` takes the expression: five fields, six with seconds first, or a word like `@hourly`. */
export function isSchedule(expression: string): boolean {
  if (!/^(@\w+|\S+(\s+\S+){4,5})$/.test(expression.trim())) return false
  try {
    instantsFrom(expression, 0)
    return true
  } catch {
    return false
  }
}

export function createSchedule({
  expression,
  clock,
  nextOpening,
  claim,
  start,
  log,
}: ScheduleOptions): Schedule {
  let due = firstAfter(clock.now())
  let timer: NodeJS.Timeout | undefined
  let starting = Promise.resolve()

  /** `CLOCK_AT` holds the market's hours still while instants go on falling due. */
  function opensAt(at: number): number | null {
    const ahead = clock.marketNow() - clock.now()
    const opening = nextOpening(at + ahead)
    return opening === null ? null : Date.parse(opening) - ahead
  }

  function firstAfter(now: number): number | null {
    let from = now
    while (from < now + HORIZON_MS) {
      const at = instantsFrom(expression, from).next().getTime()
      const opening = opensAt(at)
      if (opening === null) return at
      // An instant at the opening itself counts.
      from = opening - 1
    }
    return null
  }

  function look(): void {
    const now = clock.now()
    if (due !== null && now >= due) {
      const latest = instantsFrom(expression, now + 1)
        .prev()
        .getTime()
      const inTime = now - latest <= LATE_MS && opensAt(latest) === null && opensAt(now) === null
      if (inTime) begin(iso(latest))
      else log.warn({ due: iso(due) }, 'A scheduled scan was missed: this server was held up.')
    }
    due = firstAfter(now)
    wait()
  }

  function wait(): void {
    if (due === null) return log.warn({ expression }, 'SCAN_SCHEDULE never falls into market hours.')
    timer = setTimeout(look, Math.min(due - clock.now(), LOOK_MS)).unref()
  }

  function begin(due: Instant): void {
    const before = starting
    starting = run(due).then(() => before)
  }

  async function run(due: Instant): Promise<void> {
    try {
      if (await claim(due)) say(due, await start())
    } catch (error) {
      if (error instanceof CacheUnavailable || error instanceof DatabaseAway)
        log.warn({ due, reason: error.message }, REFUSED)
      else log.error({ due, err: error }, 'A scheduled scan could not be started.')
    }
  }

  function say(due: Instant, outcome: StartOutcome): void {
    switch (outcome.kind) {
      case 'ScanStarted':
        return log.info({ due }, 'A scheduled scan has started.')
      case 'ScanAlreadyRunning':
        return log.info({ due }, 'A scheduled scan was skipped: another one is running.')
      case 'MarketClosed':
      case 'MarketDataUnavailable':
      case 'CacheUnavailable':
      case 'NoActiveStocks':
        return log.warn({ due, reason: outcome.message }, REFUSED)
    }
  }

  return {
    open: wait,
    async close() {
      clearTimeout(timer)
      await starting
    },
    next: () => (due === null ? null : iso(due)),
  }
}

/** `next()` is after `from`, `prev()` before it; milliseconds since 1970. */
function instantsFrom(expression: string, from: number) {
  // Where an H stands for any value, all servers mean the same one.
  return CronExpressionParser.parse(expression, {
    tz: 'America/New_York',
    currentDate: from,
    hashSeed: expression,
  })
}

function iso(at: number): Instant {
  return new Date(at).toISOString()
}
