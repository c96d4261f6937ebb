/** The account that LOCAL installations offer with one click. Its password is public, so it works nowhere else. */
import type { PrismaClient } from '../db/database.ts'
import { hashPassword } from './hashing.ts'

export const demoEmail = 'demo@example.com'
export const demoPassword = 'demo-wheel'

/** Makes the demo account, or enables it again. Safe to call at every start, and by several servers at once. */
export async function ensureDemoAccount(prisma: PrismaClient): Promise<void> {
  const find = () =>
    prisma.user.findUnique({
      where: { email: demoEmail },
      select: { id: true, isDemo: true, disabled: true, accounts: { select: { id: true } } },
    })
  let user = await find()
  if (user === null) {
    await prisma.user.createMany({
      data: { email: demoEmail, name: 'Demo', role: 'ADMINISTRATOR', isDemo: true, emailVerified: true },
      skipDuplicates: true,
    })
    user = await find()
  }
  // Somebody real may have that address; then there is no demo account.
  if (!user?.isDemo) return
  if (user.accounts.length === 0) {
    await prisma.account.createMany({
      data: {
        userId: user.id,
        providerId: 'credential',
        accountId: user.id,
        password: await hashPassword(demoPassword),
      },
      skipDuplicates: true,
    })
  }
  if (user.disabled) await prisma.user.update({ where: { id: user.id }, data: { disabled: false } })
}

/**
 * Ends its sessions and the links that it handed out, and lets nobody sign in with it: for a database that LOCAL used
 * before PRODUCTION.
 */
export async function disableDemoAccount(prisma: PrismaClient): Promise<void> {
  if ((await prisma.user.findFirst({ where: { isDemo: true }, select: { id: true } })) === null) return
  await prisma.user.updateMany({ where: { isDemo: true, disabled: false }, data: { disabled: true } })
  await prisma.session.deleteMany({ where: { user: { isDemo: true } } })
  await prisma.invitation.deleteMany({ where: { invitedBy: { isDemo: true } } })
  await prisma.passwordReset.deleteMany({ where: { givenBy: { isDemo: true } } })
}
