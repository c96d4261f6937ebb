/**
 * A sign-in takes the time of a hash. Whoever gets a new password meanwhile, or is disabled, has all sessions ended; the
 * one that is about to begin is not among them yet. So it ends here, before anybody has its cookie.
 */
import type { PrismaClient } from '../db/database.ts'
import { answer } from './answers.ts'
import { invalidSignIn } from './sign-in.ts'

/** @returns the answer of `signIn`, or that of a wrong password */
export type UnlessOvertaken = (email: string, signIn: () => Promise<Response>) => Promise<Response>

export function createUnlessOvertaken(prisma: PrismaClient): UnlessOvertaken {
  /** What lets the person in. Waits for whoever is changing it: their end of all sessions comes with it. */
  async function rightOf(email: string): Promise<string> {
    const rows = await prisma.$queryRaw`
      SELECT accounts.password, users.disabled
      FROM accounts JOIN users ON users.id = accounts.user_id
      WHERE users.email = ${email} AND accounts.provider_id = 'credential'
      FOR SHARE`
    return JSON.stringify(rows)
  }

  return async (email, signIn) => {
    const before = await rightOf(email)
    const response = await signIn()
    if (!response.ok || (await rightOf(email)) === before) return response
    const { token } = (await response.json()) as { token: string }
    await prisma.session.deleteMany({ where: { token } })
    return answer(401, invalidSignIn)
  }
}
