/** Changing a password by somebody who knows it, and keeping it as a hash. */
import type { PrismaClient } from '../db/database.ts'
import type { BrowserSessions, Passwords } from './accounts.ts'
import type { AuditLog } from './audit.ts'
import { AccountError } from './errors.ts'
import { hashPassword, verifyPassword } from './hashing.ts'
import { demoStays } from './people.ts'
import type { Throttle } from './throttle.ts'

export interface PasswordsOptions {
  prisma: PrismaClient
  browserSessions: Pick<BrowserSessions, 'endOthers'>
  audit: Pick<AuditLog, 'write'>
  throttle: Throttle
}

const SHORTEST = 8
/** Hashing longer ones would cost more than it tells. */
const LONGEST = 128

/** @throws AccountError BAD_INPUT */
export function checkPassword(password: string): void {
  if (password.length >= SHORTEST && password.length <= LONGEST) return
  throw new AccountError('BAD_INPUT', `A password has ${SHORTEST} to ${LONGEST} characters.`)
}

/** The sessions that run on the old one are the caller's to end. */
export async function setPassword(
  prisma: Pick<PrismaClient, 'account'>,
  userId: string,
  hash: string,
): Promise<void> {
  const credential = { providerId: 'credential', accountId: userId }
  await prisma.account.upsert({
    where: { providerId_accountId: credential },
    create: { ...credential, userId, password: hash },
    update: { password: hash },
  })
}

export function createPasswords({ prisma, browserSessions, audit, throttle }: PasswordsOptions): Passwords {
  /** @returns false when that is not the password, or, in the meantime, not any more */
  async function replace(userId: string, current: string, next: string): Promise<boolean> {
    const credential = { userId, providerId: 'credential' }
    const account = await prisma.account.findFirst({ where: credential, select: { password: true } })
    const hash = account?.password ?? null
    if (hash === null || !(await verifyPassword(hash, current))) return false
    const { count } = await prisma.account.updateMany({
      where: { ...credential, password: hash },
      data: { password: await hashPassword(next) },
    })
    return count > 0
  }

  return {
    async change(actor, current, next) {
      const { viewer, address } = actor
      if (viewer.isDemo) throw demoStays()
      checkPassword(next)
      const retryAfterSeconds = await throttle.begin(viewer.email, address)
      if (retryAfterSeconds > 0) {
        const message = `Too many attempts. Try again in ${retryAfterSeconds} s.`
        throw new AccountError('TOO_MANY_ATTEMPTS', message, { retryAfterSeconds })
      }
      const isReplaced = await replace(viewer.id, current, next).catch(async (error: unknown) => {
        // An outage is no wrong password.
        await throttle.withdrawn(viewer.email, address)
        throw error
      })
      if (!isReplaced) throw new AccountError('WRONG_PASSWORD', 'The current password is not right.')
      await throttle.succeeded(viewer.email, address)
      // A link to choose another one may be in the wrong hands.
      await prisma.passwordReset.deleteMany({ where: { userId: viewer.id } })
      await browserSessions.endOthers(actor)
      const summary = 'Changed their password.'
      await audit.write({ action: 'PASSWORD_CHANGED', actor: viewer, summary, address })
    },
  }
}
