/** The record of who scanned what, when, and how it ended. */
import { DatabaseAway } from '../scan/errors.ts'
import { pageOf } from '../scan/page.ts'
import type { ScanHistory, ScanRuns } from '../scan/ports.ts'
import type { Database } from './database.ts'
import { newestFirst } from './newest-first.ts'

export function createScanRuns({
  prisma,
  sql,
  afterOutage,
}: Pick<Database, 'prisma' | 'sql' | 'afterOutage'>): ScanRuns & ScanHistory {
  return {
    started: async ({ runId, ...run }) => {
      await prisma.scanRun.createMany({ data: { id: runId, ...run }, skipDuplicates: true })
    },

    // Only a running run can end: of two servers that end it, the first one counts.
    finished: async (runId, end) => {
      const write = () => prisma.scanRun.updateMany({ where: { id: runId, state: 'RUNNING' }, data: end })
      try {
        await write()
      } catch (error) {
        if (!(error instanceof DatabaseAway)) throw error
        afterOutage(write)
      }
    },

    // Their duration stays unknown: nobody saw them die.
    interruptOrphans: async (liveRunId, at) => {
      await sql`
        UPDATE scan_runs SET state = 'INTERRUPTED', finished_at = ${at}::timestamptz AT TIME ZONE 'UTC'
        WHERE state = 'RUNNING' AND started_at < ${at}::timestamptz AT TIME ZONE 'UTC'
          AND id IS DISTINCT FROM ${liveRunId}`
    },

    lastCompleted: async (source) => {
      const last = await prisma.scanRun.findFirst({
        where: { source, state: 'COMPLETED' },
        orderBy: { startedAt: 'desc' },
        select: { durationMs: true, tickersDone: true },
      })
      return last === null ? null : { ...last, durationMs: last.durationMs ?? 0 }
    },

    list: async (page) => {
      const rows = await prisma.scanRun.findMany({
        ...newestFirst('startedAt', page),
        omit: { startedById: true },
        include: { startedBy: { select: { id: true, name: true } } },
      })
      return pageOf(rows, page.first)
    },
  }
}
