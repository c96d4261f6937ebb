/** New passwords for those who have forgotten theirs: by a link that an administrator hands out, or by mail. */
import { hashPassword } from './hashing.ts'
import type { PrismaClient } from '../db/database.ts'
import type { Counters } from '../limits/counters.ts'
import type { Mailer } from '../mail/mailer.ts'
import type { Clock, Log } from '../scan/ports.ts'
import type { PasswordResets, Person } from './accounts.ts'
import type { AuditLog } from './audit.ts'
import { linkHash, linkTo, newLinkSecret } from './links.ts'
import { passwordResetMail } from './mails.ts'
import { checkPassword, setPassword } from './passwords.ts'
import { demoStays, noSuchPerson } from './people.ts'
import type { Revocations } from './revocations.ts'

export interface PasswordResetsOptions {
  prisma: PrismaClient
  revocations: Pick<Revocations, 'revoke'>
  audit: Pick<AuditLog, 'write'>
  counters: Counters
  mailer: Pick<Mailer, 'send'> | null
  publicUrl: string | null
  clock: Pick<Clock, 'now'>
  log: Log
}

export interface PasswordResetBook extends PasswordResets {
  /** Sends a link, if there is such a person and mail is set up. Says nothing either way, after the same time. */
  sendTo(email: string, address: string): Promise<void>
  /** Once for each link, whoever comes first. @returns false when the link is used up, expired, or none at all */
  redeem(secret: unknown, password: string, address: string): Promise<boolean>
}

type Member = Pick<Person, 'id' | 'name' | 'email'>

const HOUR_MS = 3_600_000
const HANDED_OUT_HOURS = 24
const MAILED_HOURS = 1
const ONE_MAIL_A_MINUTE_MS = 60_000

export function createPasswordResets(options: PasswordResetsOptions): PasswordResetBook {
  const { prisma, revocations, audit, counters, mailer, publicUrl, clock, log } = options

  /** A newer link replaces the one before. */
  async function newLink(userId: string, givenById: string | null, hours: number) {
    const { secret, hash } = newLinkSecret()
    const now = clock.now()
    const data = {
      hash,
      givenById,
      createdAt: new Date(now),
      expiresAt: new Date(now + hours * HOUR_MS),
    }
    await prisma.passwordReset.upsert({ where: { userId }, create: { userId, ...data }, update: data })
    return { link: linkTo(publicUrl, '/reset-password', secret), expiresAt: data.expiresAt }
  }

  async function send(mailer: Pick<Mailer, 'send'>, person: Member, address: string): Promise<void> {
    const { count } = await counters.add(`reset-mail:${person.id}`, 1, ONE_MAIL_A_MINUTE_MS)
    if (count > 1) return
    const { link } = await newLink(person.id, null, MAILED_HOURS)
    const mailed = await mailer.send(passwordResetMail(person.email, link, MAILED_HOURS))
    const summary = `Sent ${person.name} (${person.email}) a link for a new password: somebody had asked for it.`
    if (mailed) await audit.write({ action: 'RESET_LINK_CREATED', actor: null, summary, address })
  }

  return {
    async create({ viewer, address }, personId) {
      const person = await prisma.user.findUnique({ where: { id: personId } })
      if (person === null) throw noSuchPerson()
      if (person.isDemo) throw demoStays()
      const { link, expiresAt } = await newLink(personId, viewer.id, HANDED_OUT_HOURS)
      const summary = `Made a link for a new password of ${person.name} (${person.email}).`
      await audit.write({ action: 'RESET_LINK_CREATED', actor: viewer, summary, address })
      const mail = passwordResetMail(person.email, link, HANDED_OUT_HOURS)
      return { link, expiresAt, mailed: mailer !== null && (await mailer.send(mail)) }
    },

    async sendTo(email, address) {
      if (mailer === null) return
      const person = await prisma.user.findUnique({ where: { email: email.trim().toLowerCase() } })
      if (person === null || person.disabled || person.isDemo) return
      // Beside the request: how long it takes would tell that there is such a person.
      send(mailer, person, address).catch((err: unknown) =>
        log.error({ err }, 'A link for a new password could not be made.'),
      )
    },

    async redeem(secret, password, address) {
      const hash = linkHash(secret)
      if (hash === null) return false
      const where = { hash, expiresAt: { gt: new Date(clock.now()) }, user: { disabled: false } }
      const found = await prisma.passwordReset.findFirst({ where, select: { user: true } })
      if (found === null) return false
      // Before the link is used up: one that is too short may be corrected.
      checkPassword(password)
      const { user } = found
      const next = await hashPassword(password)
      // An outage in the middle leaves the link as it is.
      const isFirst = await prisma.$transaction(async (transaction) => {
        if ((await transaction.passwordReset.deleteMany({ where: { hash } })).count === 0) return false
        await setPassword(transaction, user.id, next)
        await transaction.session.deleteMany({ where: { userId: user.id } })
        return true
      })
      if (!isFirst) return false
      await revocations.revoke([user.id])
      const summary = 'Chose a new password by a link; all sessions ended.'
      await audit.write({ action: 'PASSWORD_RESET', actor: user, summary, address })
      return true
    },
  }
}
