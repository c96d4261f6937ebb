/** The record of who scanned what, when, and how it ended. */
import type { ScanRuns } from '../scan/ports.ts'
import type { PrismaClient } from './client.ts'

export function createScanRuns(prisma: PrismaClient): ScanRuns {
  return {
    started: async ({ runId, ...run }) => {
      await prisma.scanRun.create({ data: { id: runId, ...run } })
    },

    // Only a running run can end: of two servers that end it, the first one counts.
    finished: async (runId, end) => {
      await prisma.scanRun.updateMany({ where: { id: runId, state: 'RUNNING' }, data: end })
    },

    // Their duration stays unknown: nobody saw them die.
    interruptOrphans: async (liveRunId, finishedAt) => {
      await prisma.scanRun.updateMany({
        where: { state: 'RUNNING', ...(liveRunId !== null && { id: { not: liveRunId } }) },
        data: { state: 'INTERRUPTED', finishedAt },
      })
    },
  }
}
