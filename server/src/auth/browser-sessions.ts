/** The browsers in which a person is signed in, and the end of each. */
import type { PrismaClient } from '../db/database.ts'
import type { Clock } from '../scan/ports.ts'
import type { BrowserSession, BrowserSessions } from './accounts.ts'
import type { AuditLog } from './audit.ts'
import { AccountError } from './errors.ts'
import { noSuchPerson } from './people.ts'
import type { Revocations } from './revocations.ts'

export interface BrowserSessionsOptions {
  prisma: PrismaClient
  revocations: Pick<Revocations, 'revoke'>
  audit: Pick<AuditLog, 'write'>
  clock: Pick<Clock, 'now'>
}

export function createBrowserSessions(options: BrowserSessionsOptions): BrowserSessions {
  const { prisma, revocations, audit, clock } = options

  /** @returns how many they were */
  async function end(where: { userId: string; id?: string | { not: string } }): Promise<number> {
    const ending = await prisma.session.findMany({ where, select: { id: true } })
    const ids = ending.map(({ id }) => id)
    await prisma.session.deleteMany({ where: { id: { in: ids } } })
    await revocations.revoke(ids)
    return ids.length
  }

  return {
    async list({ id, credential }) {
      const rows = await prisma.session.findMany({
        where: { userId: id, expiresAt: { gt: new Date(clock.now()) } },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      })
      return rows.map((row) => sessionOf(row, credential.id))
    },

    async end({ viewer, address }, id) {
      const found = await prisma.session.findFirst({ where: { id, userId: viewer.id } })
      if (found === null || (await end({ id, userId: viewer.id })) === 0)
        throw new AccountError('NOT_FOUND', 'There is no such session: it may have ended already.')
      const summary = 'Ended a session of their own.'
      await audit.write({ action: 'SESSIONS_ENDED', actor: viewer, summary, address })
      return sessionOf(found, viewer.credential.id)
    },

    async endOthers({ viewer, address }) {
      const ended = await end({ userId: viewer.id, id: { not: viewer.credential.id } })
      const summary = `Ended their other sessions (${ended}).`
      if (ended > 0) await audit.write({ action: 'SESSIONS_ENDED', actor: viewer, summary, address })
      return ended
    },

    async endAllOf({ viewer, address }, personId) {
      const person = await prisma.user.findUnique({ where: { id: personId } })
      if (person === null) throw noSuchPerson()
      const ended = await end({ userId: personId })
      const summary = `Signed ${person.name} (${person.email}) out everywhere (${ended}).`
      await audit.write({ action: 'SESSIONS_ENDED', actor: viewer, summary, address })
      return ended
    },
  }
}

interface SessionRow {
  id: string
  createdAt: Date
  updatedAt: Date
  expiresAt: Date
  ipAddress: string | null
  userAgent: string | null
}

function sessionOf(row: SessionRow, currentId: string): BrowserSession {
  return {
    id: row.id,
    createdAt: row.createdAt,
    lastUsedAt: row.updatedAt,
    expiresAt: row.expiresAt,
    address: row.ipAddress,
    userAgent: row.userAgent,
    isCurrent: row.id === currentId,
  }
}
