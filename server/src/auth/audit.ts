/** The audit log: who did what to accounts, tokens, the list and the criteria. Written, read, never changed. */
import { randomUUID } from 'node:crypto'
import { isDatabaseAway } from '../db/away.ts'
import type { Database } from '../db/database.ts'
import { newestFirst } from '../db/newest-first.ts'
import type { Clock, Log } from '../scan/ports.ts'
import { pageOf, type Page, type PageRequest } from '../scan/page.ts'

export const auditActions = [
  'SIGNED_IN',
  'SIGN_IN_REFUSED',
  'SIGNED_OUT',
  'SET_UP',
  'JOINED',
  'INVITED',
  'INVITATION_REVOKED',
  'ROLE_CHANGED',
  'PERSON_DISABLED',
  'PERSON_ENABLED',
  'PASSWORD_CHANGED',
  'RESET_LINK_CREATED',
  'PASSWORD_RESET',
  'SESSIONS_ENDED',
  'TOKEN_CREATED',
  'TOKEN_REVOKED',
  'STOCK_ADDED',
  'STOCK_CHANGED',
  'CRITERIA_CHANGED',
] as const
export type AuditAction = (typeof auditActions)[number]

export interface AuditEntry {
  id: string
  at: Date
  action: AuditAction
  /** Null: nobody who was signed in. */
  actorId: string | null
  actorName: string | null
  /** A sentence for people. */
  summary: string
  /** Where the request came from; null: not known. */
  address: string | null
}

export interface AuditLog {
  /** Never throws: what is done is done. With the database away, it is written afterwards. */
  write(entry: {
    action: AuditAction
    actor: { id: string; name: string } | null
    summary: string
    address?: string | null
  }): Promise<void>
  /** Newest first. */
  list(page: PageRequest, filter?: { action?: AuditAction | null }): Promise<Page<AuditEntry>>
}

export interface AuditOptions extends Pick<Database, 'prisma' | 'afterOutage'> {
  clock: Pick<Clock, 'now'>
  log: Log
}

/** Longer ones are cut: parts of them are what somebody typed. */
const MAX_SUMMARY = 500

export function createAuditLog({ prisma, afterOutage, clock, log }: AuditOptions): AuditLog {
  return {
    async write({ action, actor, summary, address = null }) {
      const data = {
        id: randomUUID(),
        at: new Date(clock.now()),
        action,
        actorId: actor?.id ?? null,
        actorName: actor?.name ?? null,
        summary: summary.slice(0, MAX_SUMMARY),
        address,
      }
      // An outage may hide that it was written: the second time changes nothing.
      const keep = () => prisma.auditEntry.createMany({ data, skipDuplicates: true })
      await keep().catch((err: unknown) => {
        if (isDatabaseAway(err)) afterOutage(keep)
        else log.error({ err, action }, 'An entry of the audit log could not be written.')
      })
    },

    async list(page, { action } = {}) {
      const { where, ...rest } = newestFirst('at', page)
      const rows = await prisma.auditEntry.findMany({
        ...rest,
        where: { ...where, ...(action != null && { action }) },
      })
      const known = rows.map((row) => ({ ...row, action: row.action as AuditAction }))
      return pageOf(known, page.first)
    },
  }
}
