/** Invitations: links by which somebody makes an account, each good for one. */
import type { PrismaClient } from '../db/database.ts'
import { newestFirst } from '../db/newest-first.ts'
import type { Mailer } from '../mail/mailer.ts'
import type { Clock } from '../scan/ports.ts'
import type { Invitation, Invitations } from './accounts.ts'
import type { AuditLog } from './audit.ts'
import { AccountError } from './errors.ts'
import { linkHash, linkTo, newLinkSecret } from './links.ts'
import { invitationMail } from './mails.ts'
import { pageOf } from '../scan/page.ts'

export interface InvitationsOptions {
  prisma: PrismaClient
  audit: Pick<AuditLog, 'write'>
  mailer: Pick<Mailer, 'send'> | null
  publicUrl: string | null
  clock: Pick<Clock, 'now'>
}

export interface InvitationBook extends Invitations {
  /** The invitation whose secret this is; null when it is used up, revoked, expired, or none at all. */
  look(secret: unknown): Promise<Invitation | null>
  /**
   * Uses it up, for the account that was made with it. @returns false when it was revoked at that very moment: then
   * that account is gone as well
   */
  use(id: string, personId: string): Promise<boolean>
}

const LIFETIME_MS = 7 * 86_400_000

const shown = {
  id: true,
  email: true,
  role: true,
  createdAt: true,
  expiresAt: true,
  invitedBy: { select: { id: true, name: true } },
} as const

export function createInvitations(options: InvitationsOptions): InvitationBook {
  const { prisma, audit, mailer, publicUrl, clock } = options
  const usable = () => ({ expiresAt: { gt: new Date(clock.now()) } })

  return {
    async list(page) {
      const { where, ...rest } = newestFirst('createdAt', page)
      const rows = await prisma.invitation.findMany({
        ...rest,
        where: { ...usable(), ...where },
        select: shown,
      })
      return pageOf(rows, page.first)
    },

    async create({ viewer, address }, { email: given, role }) {
      const email = given === null ? null : readEmail(given)
      if (email !== null && (await prisma.user.findUnique({ where: { email } })) !== null)
        throw new AccountError('ALREADY_MEMBER', `${email} has an account already.`)
      const { secret, hash } = newLinkSecret()
      const now = clock.now()
      const invitation = await prisma.invitation.create({
        data: {
          hash,
          email,
          role,
          invitedById: viewer.id,
          createdAt: new Date(now),
          expiresAt: new Date(now + LIFETIME_MS),
        },
        select: shown,
      })
      const link = linkTo(publicUrl, '/join', secret)
      const summary = `Invited ${email ?? 'whoever has the link'} as ${role.toLowerCase()}.`
      await audit.write({ action: 'INVITED', actor: viewer, summary, address })
      const mail = email === null ? null : invitationMail(email, viewer.name, link)
      return { invitation, link, mailed: mail !== null && mailer !== null && (await mailer.send(mail)) }
    },

    async revoke({ viewer, address }, id) {
      const invitation = await prisma.invitation.findUnique({ where: { id }, select: shown })
      const gone = await prisma.invitation.deleteMany({ where: { id } })
      if (invitation === null || gone.count === 0) {
        throw new AccountError(
          'NOT_FOUND',
          'There is no such invitation: it may have been used or revoked already.',
        )
      }
      const summary = `Revoked the invitation of ${invitation.email ?? 'whoever has the link'}.`
      await audit.write({ action: 'INVITATION_REVOKED', actor: viewer, summary, address })
      return invitation
    },

    async look(secret) {
      const hash = linkHash(secret)
      return hash === null
        ? null
        : prisma.invitation.findFirst({ where: { hash, ...usable() }, select: shown })
    },

    async use(id, personId) {
      if ((await prisma.invitation.deleteMany({ where: { id } })).count > 0) return true
      await prisma.user.deleteMany({ where: { id: personId, invitationId: id } })
      return false
    },
  }
}

/** As it is kept: trimmed, in lower case. Whether it exists, only a mail can tell. */
function readEmail(given: string): string {
  const email = given.trim().toLowerCase()
  if (email.length > 254 || !/^[^\s@<>"(),:;[\]\\]+@[^\s@<>"(),:;[\]\\]+\.[^\s@<>"(),:;[\]\\]+$/.test(email))
    throw new AccountError('BAD_INPUT', 'That is not an e-mail address.')
  return email
}
