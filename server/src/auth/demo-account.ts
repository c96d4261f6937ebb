/** The account that LOCAL installations offer with one click. Its password is public, so it works nowhere else. */
import type { Database } from '../db/database.ts'
import type { User } from '../db/generated/client.ts'
import { hashPassword } from './hashing.ts'

export const demoEmail = 'demo@example.com'
export const demoPassword = 'demo-wheel'

type Asked = Pick<Database, 'prisma' | 'sql'>

interface DemoUser extends Pick<User, 'id' | 'isDemo' | 'disabled'> {
  hasAccount: boolean
}

/** Makes the demo account, or enables it again. Safe to call at every start, and by several servers at once. */
export async function ensureDemoAccount({ prisma, sql }: Asked): Promise<void> {
  const find = () => sql<DemoUser>`
    SELECT id, is_demo, disabled, EXISTS (SELECT FROM accounts WHERE user_id = users.id) AS has_account
    FROM users WHERE email = ${demoEmail}`
  let [user] = await find()
  if (user === undefined) {
    await prisma.user.createMany({
      data: { email: demoEmail, name: 'Demo', role: 'ADMINISTRATOR', isDemo: true, emailVerified: true },
      skipDuplicates: true,
    })
    ;[user] = await find()
  }
  // Somebody real may have that address; then there is no demo account.
  if (!user?.isDemo) return
  if (!user.hasAccount) {
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
export async function disableDemoAccount({ prisma, sql }: Asked): Promise<void> {
  const [demo] = await sql`SELECT id FROM users WHERE is_demo LIMIT 1`
  if (demo === undefined) return
  await prisma.user.updateMany({ where: { isDemo: true, disabled: false }, data: { disabled: true } })
  await prisma.session.deleteMany({ where: { user: { isDemo: true } } })
  await prisma.invitation.deleteMany({ where: { invitedBy: { isDemo: true } } })
  await prisma.passwordReset.deleteMany({ where: { givenBy: { isDemo: true } } })
}
