/** The one row of scan criteria. */
import type { CriteriaStore } from '../scan/criteria.ts'
import type { ScanCriteria } from '../scan/model.ts'
import type { PrismaClient } from './database.ts'

const THE_ROW = { id: 1 }

/** @param first what a new installation begins with */
export function createCriteriaStore(prisma: PrismaClient, first: ScanCriteria): CriteriaStore {
  return {
    async current() {
      const row = await prisma.scanCriteria.findUnique({ where: THE_ROW })
      return row === null ? first : read(row)
    },
    async replace(criteria) {
      const row = await prisma.scanCriteria.upsert({
        where: THE_ROW,
        create: { ...THE_ROW, ...criteria },
        update: criteria,
      })
      return read(row)
    },
  }
}

function read(row: Omit<ScanCriteria, 'side'> & { side: string }): ScanCriteria {
  return {
    side: row.side === 'CALL' ? 'CALL' : 'PUT',
    minAnnualizedReturn: row.minAnnualizedReturn,
    maxAbsDelta: row.maxAbsDelta,
    minDaysToExpiration: row.minDaysToExpiration,
    maxDaysToExpiration: row.maxDaysToExpiration,
    maxSpreadPercent: row.maxSpreadPercent,
    minOpenInterest: row.minOpenInterest,
  }
}
