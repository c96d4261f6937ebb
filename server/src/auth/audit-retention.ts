/** Entries of the audit log that are older than the operator wants them are deleted, a little after the start and daily. */
import { isDatabaseAway } from '../db/away.ts'
import type { PrismaClient } from '../db/database.ts'
import type { Clock, Log } from '../scan/ports.ts'

export interface AuditRetentionOptions {
  prisma: PrismaClient
  days: number
  clock: Pick<Clock, 'now'>
  log: Log
}

const DAY_MS = 86_400_000
/** Not at once: whoever starts a server waits for its first answer. */
const SOON_MS = 5_000

/** @returns what ends it */
export function keepAuditFor(
  { prisma, days, clock, log }: AuditRetentionOptions,
  soonMs = SOON_MS,
): () => void {
  async function forget(): Promise<void> {
    try {
      await prisma.auditEntry.deleteMany({ where: { at: { lt: new Date(clock.now() - days * DAY_MS) } } })
    } catch (err) {
      // Tomorrow is another day.
      if (!isDatabaseAway(err)) log.error({ err }, 'Old entries of the audit log could not be deleted.')
    }
  }
  const first = setTimeout(() => void forget(), soonMs).unref()
  const daily = setInterval(() => void forget(), DAY_MS).unref()
  return () => {
    clearTimeout(first)
    clearInterval(daily)
  }
}
