/** Sign-up is set-up: it makes the first account of an installation, its administrator, and then closes for good. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { APIError } from 'better-auth/api'
import type { PrismaClient } from '../db/client.ts'

/** Long enough to make guessing pointless, short enough for a typing error. */
const wrongCodeDelayMs = 500

export const setUpIsDone = {
  code: 'SIGN_UP_CLOSED',
  message: 'This installation has been set up already. Ask its administrator for an account.',
}

const wrongCode = {
  code: 'WRONG_SETUP_CODE',
  message: 'The set-up code is missing or wrong. The server prints it when it starts.',
}

/** Takes the same time wherever they differ, and whatever their lengths. */
const isSame = (a: string, b: string): boolean => {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

export interface SetUp {
  /** True until a real person (the demo account is none) has an account. */
  isNeeded(): Promise<boolean>
  /** @throws APIError 403 when this sign-up may not happen */
  admit(body: unknown): Promise<void>
}

export function createSetUp(prisma: PrismaClient, setupCode: string): SetUp {
  const isNeeded = async () =>
    (await prisma.user.findFirst({ where: { isDemo: false }, select: { id: true } })) === null
  return {
    isNeeded,
    admit: async (body) => {
      if (!(await isNeeded())) throw APIError.from('FORBIDDEN', setUpIsDone)
      const given = typeof body === 'object' && body !== null && 'setupCode' in body ? body.setupCode : null
      if (typeof given === 'string' && isSame(given.trim(), setupCode)) return
      await delay(wrongCodeDelayMs)
      throw APIError.from('FORBIDDEN', wrongCode)
    },
  }
}
