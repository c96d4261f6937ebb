/** Changing a password by somebody who knows it, and keeping it as a hash. */
import { hashPassword, verifyPassword } from 'better-auth/crypto'
import type { PrismaClient } from '../db/client.ts'
import type { BrowserSessions, Passwords } from './accounts.ts'
import type { AuditLog } from './audit.ts'
import { AccountError } from './errors.ts'
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
export async function setPassword(prisma: PrismaClient, userId: string, password: string): Promise<void> {
  const hash = await hashPassword(password)
  const credential = { providerId: 'credential', accountId: userId }
  await prisma.account.upsert({
    where: { providerId_accountId: credential },
    create: { ...credential, userId, password: hash },
    update: { password: hash },
  })
}

export function createPasswords({ prisma, browserSessions, audit, throttle }: PasswordsOptions): Passwords {
  async function isPasswordOf(userId: string, password: string): Promise<boolean> {
    const account = await prisma.account.findFirst({
      where: { userId, providerId: 'credential' },
      select: { password: true },
    })
    const hash = account?.password ?? null
    return hash !== null && verifyPassword({ hash, password })
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
      const isRight = await isPasswordOf(viewer.id, current).catch(async (error: unknown) => {
        // An outage is no wrong password.
        await throttle.withdrawn(viewer.email, address)
        throw error
      })
      if (!isRight) throw new AccountError('WRONG_PASSWORD', 'The current password is not right.')
      await throttle.succeeded(viewer.email, address)
      await setPassword(prisma, viewer.id, next)
      // A link to choose another one may be in the wrong hands.
      await prisma.passwordReset.deleteMany({ where: { userId: viewer.id } })
      await browserSessions.endOthers(actor)
      const summary = 'Changed their password.'
      await audit.write({ action: 'PASSWORD_CHANGED', actor: viewer, summary, address })
    },
  }
}
